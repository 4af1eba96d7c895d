"""Metrics are worked out from the trail, and the alerts and the dashboard that ship fit them, as promtool sees it."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from avion_lint.executor.trail.metrics import render
from avion_lint.promql.metrics import table
from tests.cli_helper import ROOT, avion_lint
from tests.git_helper import make_repo

RULES = ROOT / "docs" / "monitoring" / "migrations.rules.yaml"
DASHBOARD = ROOT / "docs" / "monitoring" / "dashboard.json"


def at(seconds):
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def run(name, begun, ended=None, outcome="done", service="users"):
    about = {"run": name, "service": service, "environment": "production"}
    made = [{"event": "run-begun", "at": at(begun), **about}]
    return made if ended is None else [*made, {"event": "run-ended", "at": at(ended), "outcome": outcome, **about}]


def values(text, name):
    found = re.findall(rf"^{name}\{{(.*)\}} (\S+)$", text, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


USERS = 'service="users",environment="production"'


def test_runs_are_counted_by_outcome_and_those_that_never_came_are_zero():
    text = render([*run("a", 100, 107), *run("b", 200, 201, "refused"), *run("c", 300, 340, "failed")])
    counted = values(text, "avion_lint_runs_total")

    assert counted[f'{USERS},outcome="done"'] == 1
    assert counted[f'{USERS},outcome="refused"'] == 1
    assert counted[f'{USERS},outcome="failed"'] == 1
    assert counted[f'{USERS},outcome="interrupted"'] == 0
    assert values(text, "avion_lint_run_last_failed") == {USERS: 1}
    assert values(text, "avion_lint_run_last_success_timestamp_seconds") == {USERS: 107}


def test_the_histogram_has_the_runs_that_began_to_change_something():
    text = render([*run("a", 100, 107), *run("b", 200, 201, "refused"), *run("c", 300, 340, "failed")])
    buckets = values(text, "avion_lint_run_seconds_bucket")

    assert buckets[f'{USERS},le="5"'] == 0
    assert buckets[f'{USERS},le="15"'] == 1
    assert buckets[f'{USERS},le="+Inf"'] == 2
    assert values(text, "avion_lint_run_seconds_sum") == {USERS: 47}
    assert values(text, "avion_lint_run_seconds_count") == {USERS: 2}


def test_a_run_without_an_end_is_under_way_until_another_one_is_begun():
    killed = run("a", 100)

    assert values(render(killed), "avion_lint_run_under_way_since_seconds") == {USERS: 100}
    assert values(render([*killed, *run("b", 200, 201)]), "avion_lint_run_under_way_since_seconds") == {USERS: 0}


def test_names_with_odd_letters_are_escaped():
    assert 'service="a\\\\b\\"c"' in render(run("a", 1, 2, service='a\\b"c'))


def test_prometheus_takes_the_metrics_the_alerts_and_the_panels(tmp_path):
    promtool()
    text = render([*run("a", 100, 107), *run("b", 200)])
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    rules = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True, check=False)
    panels = json.loads(DASHBOARD.read_text())["panels"]
    made = [{"record": f"panel:{panel['id']}", "expr": panel["targets"][0]["expr"]} for panel in panels]
    (tmp_path / "panels.json").write_text(json.dumps({"groups": [{"name": "panels", "rules": made}]}))
    shown = subprocess.run(
        ["promtool", "check", "rules", tmp_path / "panels.json"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert rules.returncode == 0, rules.stdout + rules.stderr
    assert shown.returncode == 0, shown.stdout + shown.stderr


def test_the_alerts_fire_when_they_should_and_not_otherwise(tmp_path):
    promtool()
    series = [
        (f"avion_lint_run_last_failed{{{USERS}}}", "0x10 1x10"),
        (f"avion_lint_run_under_way_since_seconds{{{USERS}}}", "60x30"),
        (f'avion_lint_runs_total{{{USERS},outcome="done"}}', "0x5 9x30"),
        (f'avion_lint_runs_total{{{USERS},outcome="failed"}}', "0x5 1x30"),
    ]
    names = {"0": [], "5": [], "12": ["MigrationFailed", "MigrationTakesTooLong", "MigrationSuccessRateLow"]}
    alerts = ("MigrationFailed", "MigrationTakesTooLong", "MigrationSuccessRateLow")
    tests = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": given} for name, given in series],
                "promql_expr_test": [
                    {
                        "expr": f'count by (alertname) (ALERTS{{alertname="{alert}"}})',
                        "eval_time": f"{minute}m",
                        "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1}] if alert in firing else [],
                    }
                    for minute, firing in names.items()
                    for alert in alerts
                ],
            }
        ],
    }
    (tmp_path / "test.json").write_text(json.dumps(tests))
    done = subprocess.run(
        ["promtool", "test", "rules", tmp_path / "test.json"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_what_ships_is_clean_in_the_strictest_policy_and_the_rules_know_every_metric(tmp_path):
    repo = make_repo(tmp_path / "repo")
    head = "-- Author: Jo\n-- Date: 2026-01-31\n"
    sql = f"{head}-- +goose Up\nCREATE TABLE a (id bigint PRIMARY KEY);\n-- +goose Down\nDROP TABLE a;\n"
    repo.write("avion-lint.yaml", "policy: strict\nenvironments: {production: {metrics-file: m.prom}}\n")
    repo.write("services/users/migrations/00001_a.sql", sql)
    for path in (RULES, DASHBOARD):
        repo.write(f"monitoring/{path.name}", path.read_text())
    done = avion_lint("--no-git", cwd=repo.path)
    exported = set(re.findall(r"^(\w+)(?:\{|$)", render(run("a", 100, 107)), re.MULTILINE))

    assert done.code == 0, done.out
    assert "2 files around them" in done.out
    assert exported == {name for name in table() if name.startswith("avion_lint_")}


def promtool():
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
