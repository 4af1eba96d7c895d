"""Alerts and dashboards: what rules say where several files, templates or unknown names are concerned."""

from __future__ import annotations

import pytest

from avion_lint.finding import Finding
from avion_lint.promql.parser import parse
from avion_lint.promql.syntax import Selector
from avion_lint.rule import Rule
from avion_rules.monitoring._jobs import takes
from avion_rules.monitoring._labels import labels_of, surely
from avion_rules.monitoring.alert_after_deadline import alert_after_deadline
from avion_rules.monitoring.alert_outlives_job import alert_outlives_job
from avion_rules.monitoring.constant_condition import constant_condition
from avion_rules.monitoring.finished_jobs_counted import finished_jobs_counted
from avion_rules.monitoring.invalid_expression import invalid_expression
from avion_rules.monitoring.unmatched_job_name import unmatched_job_name
from avion_rules.monitoring.unmatched_sides import unmatched_sides
from tests.delivery_helper import collected, delivery

JOB = """apiVersion: batch/v1
kind: Job
metadata:
  name: {name}
  annotations: {{helm.sh/hook-delete-policy: "{policy}"}}
spec:
  activeDeadlineSeconds: {deadline}
  ttlSecondsAfterFinished: {ttl}
  template:
    spec:
      containers:
        - name: migrate
          command: [goose, up]
"""


def job(name: str = "users-migration-1", deadline: str = "600", ttl: str = "86400", policy: str = "") -> str:
    return JOB.format(name=name, deadline=deadline, ttl=ttl, policy=policy)


def alert(expression: str, pending: str = "", interval: str = "") -> str:
    group = f"    interval: {interval}\n" if interval else ""
    lasting = f"        for: {pending}\n" if pending else ""
    return (
        f"groups:\n  - name: g\n{group}    rules:\n      - alert: A\n        expr: |\n          {expression}\n{lasting}"
    )


def found(rule: Rule, **files: str) -> list[Finding]:
    assert rule.check is not None
    given = {("k8s/templates/job.yaml" if name == "job" else f"{name}.yaml"): text for name, text in files.items()}
    return list(rule.check(delivery(given)))


def selector(text: str) -> Selector:
    node = parse(text)
    assert isinstance(node, Selector)
    return node


@pytest.mark.parametrize(
    ("asked", "name", "takes_it"),
    [
        ('{job_name=~".*-migration-.*"}', "users-migration-1", True),
        ('{job_name=~"migration"}', "users-migration-1", False),
        ('{job_name=~".*-migration-.*"}', "{{ .Service }}-migration-{{ .Build }}", True),
        ('{job_name=~"users-.*"}', "{{ .Service }}-migration-{{ .Build }}", False),
        ('{job_name=~"(users|orders)-migration-.*"}', "{{ .Service }}-migration-{{ .Build }}", None),
        ('{job_name=~".*-migration-.*"}', "{{ .Name }}", None),
        ('{job_name!~".*-test"}', "users-migration-1", True),
        ('{job_name="users-migration-1"}', "users-migration-1", True),
        ('{job_name="users-migration-1"}', "{{ .Service }}-migration-1", None),
        ('{job_name=~"$job"}', "users-migration-1", None),
        ('{job_name=~"(a+)+b"}', "users-migration-1", None),
        ('{job_name=~"["}', "users-migration-1", None),
        ('{namespace="users"}', "users-migration-1", True),
    ],
)
def test_a_selector_takes_a_job_or_not_or_nobody_knows(asked: str, name: str, takes_it: bool | None) -> None:
    (manifest,) = delivery({"k8s/templates/job.yaml": job(name)}).manifests
    answer = takes(selector(f"kube_job_failed{asked}"), manifest)

    # A literal beginning that a template may fill counts as no match only where wildcards alone are left to it.
    assert answer is takes_it


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("sum(x)", set()),
        ("sum by (a, b) (x)", {"a", "b"}),
        ("max by (a) (sum by (a, b) (x))", {"a"}),
        ("sum without (b) (sum by (a, b) (x))", {"a"}),
        ("topk(3, sum by (a) (x)) > 5", {"a"}),
        ('absent(x{a="1", b=~"2"})', {"a"}),
        ("absent(x > 1)", set()),
        ("sum by (a) (x) and y", {"a"}),
        ("x > 0", None),
        ("0 < x", None),
        ("time() - x > 600", None),
        ("x > on (a) y", {"a"}),
        ("sum by (a, b) (x) > ignoring (b) sum by (a) (y)", {"a"}),
        ("5 < sum by (a) (x)", {"a"}),
        ("100 * sum by (a) (x) / sum by (a) (y)", {"a"}),
        ("rate(x[5m])", None),
        ("sum by (a) (x) * on (a) group_left (b) y", None),
        ("label_replace(sum(x), 'a', '', '', '')", None),
    ],
)
def test_the_labels_of_a_result_are_known_or_not(text: str, labels: set[str] | None) -> None:
    known = labels_of(parse(text))

    assert (None if known is None else set(known)) == labels


def test_what_an_exporter_gives_surely_has_the_labels_of_its_scrape() -> None:
    assert surely(parse("rate(pg_stat_database_deadlocks[5m]) * 2")) == {"instance", "job"}
    assert surely(parse("sum by (job, datname) (pg_stat_database_deadlocks)")) == {"job"}
    assert surely(parse("something_of_ours")) == set()


@pytest.mark.parametrize(
    ("expression", "is_found"),
    [
        ("sum(pg_locks_count) / pg_settings_max_connections > 0.2", True),
        ("sum(pg_locks_count) / on () group_right () pg_settings_max_connections > 0.2", False),
        ("sum(pg_locks_count) / scalar(pg_settings_max_connections) > 0.2", False),
        ("sum(ours) / theirs > 0.2", False),
        ("kube_job_status_active > 0 unless kube_job_complete", True),
        ("kube_job_status_active > 0 unless on (namespace, job_name) kube_job_complete", False),
        ("kube_job_failed or kube_job_status_failed", False),
        ("time() - kube_job_status_start_time > 600", False),
        ("-kube_job_status_active < kube_job_status_failed", False),
    ],
)
def test_sides_that_never_pair_are_found(expression: str, is_found: bool) -> None:
    assert bool(found(unmatched_sides, rules=alert(expression))) is is_found


@pytest.mark.parametrize(
    ("expression", "pending", "is_late"),
    [
        ("time() - kube_job_status_start_time > 600", "", True),
        ("time() - kube_job_status_start_time > 9 * 60", "2m", True),
        ("600 < time() - kube_job_status_start_time", "", True),
        ("time() - kube_job_status_start_time > 300", "1m", False),
        ("kube_job_status_active > 0", "10m", True),
        ("kube_job_status_active > 0", "5m", False),
        ("time() - kube_job_status_start_time{job_name='other'} > 600", "", False),
        ("time() - kube_job_status_completion_time > 6000", "", False),
    ],
)
def test_an_alert_has_to_come_before_the_deadline(expression: str, pending: str, is_late: bool) -> None:
    assert bool(found(alert_after_deadline, rules=alert(expression, pending), job=job())) is is_late


def test_the_deadline_is_told_as_a_further_place() -> None:
    (finding,) = found(alert_after_deadline, rules=alert("time() - kube_job_status_start_time > 600"), job=job())

    assert finding.place.text == "600"
    assert finding.related[0].place.text == "600"
    assert finding.related[0].place.document.path == "k8s/templates/job.yaml"


@pytest.mark.parametrize(
    ("expression", "pending", "interval", "made", "is_gone"),
    [
        ("kube_job_failed == 1", "1h", "", job(ttl="3600"), True),
        ("kube_job_failed == 1", "5m", "", job(ttl="3600"), False),
        ("kube_job_failed == 1", "", "5m", job(ttl="300"), True),
        ("kube_job_failed == 1", "", "30s", job(ttl="300"), False),
        ("max_over_time(kube_job_failed[1h]) == 1", "1h", "", job(ttl="3600"), False),
        ("kube_job_failed == 1", "", "", job(policy="hook-succeeded,hook-failed"), True),
        ("kube_job_complete == 1", "", "", job(policy="hook-succeeded,hook-failed"), False),
        ("kube_job_failed == 1", "1h", "", job(ttl="{{ .Values.ttl }}"), False),
    ],
)
def test_an_alert_has_to_come_while_the_job_is_there(
    expression: str, pending: str, interval: str, made: str, is_gone: bool
) -> None:
    assert bool(found(alert_outlives_job, rules=alert(expression, pending, interval), job=made)) is is_gone


def test_a_long_kept_job_is_told_with_its_time() -> None:
    (finding,) = found(
        finished_jobs_counted, rules=alert("time() - kube_job_status_start_time > 300"), job=job(ttl="7200")
    )

    assert "2 h after its end" in finding.message


def test_a_name_that_no_job_has_is_told_only_where_it_is_about_migrations() -> None:
    def names(expression: str) -> list[str]:
        return [each.place.text for each in found(unmatched_job_name, rules=alert(expression), job=job())]

    assert names('kube_job_failed{job_name=~"migration"} == 1') == ['job_name=~"migration"']
    assert names('kube_job_failed{job_name=~"nightly-report-.*"} == 1') == []


@pytest.mark.parametrize(
    ("expression", "is_found"),
    [
        ("count(kube_job_failed) == 0", True),
        ("kube_job_failed > 1", True),
        ("kube_job_status_failed >= 0", True),
        ("kube_job_status_failed < 0", True),
        ("rate(pg_stat_database_deadlocks[5m]) < 0", True),
        ("kube_job_failed == 1", False),
        ("pg_up == 0", False),
        ("kube_pod_info == 1", False),
        ("count(kube_job_failed) > 5", False),
        ("changes(kube_deployment_status_replicas_updated[10m]) == 0", False),
        ("sum(kube_job_failed) > 1", False),
        ("kube_job_status_failed >= 0 and on () pg_up == 0", False),
    ],
)
def test_what_never_or_always_holds_is_found(expression: str, is_found: bool) -> None:
    assert bool(found(constant_condition, rules=alert(expression))) is is_found


def test_the_place_of_an_error_leads_into_a_block_of_a_helm_template() -> None:
    pytest.importorskip("promql_parser")
    text = (
        "{{- if .Values.alerts }}\n"
        + alert(
            'sum by (namespace) (kube_job_failed{namespace="{{ .Release.Namespace }}"}) + rate(x) > {{ .Values.n }}'
        )
        + "{{- end }}\n"
    )
    (finding,) = found(invalid_expression, **{"charts/a/templates/rules": text, "charts/a/Chart": "name: a\n"})

    assert finding.place.text == "rate"


def test_empty_expressions_of_alerts_are_wrong_and_those_of_panels_nothing_yet() -> None:
    pytest.importorskip("promql_parser")
    empty = 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: ""\n'
    panel = '{"panels": [{"title": "p", "targets": [{"expr": ""}]}]}'
    whole, _ = collected({"rules.yaml": empty, "dashboard.json": panel})
    assert invalid_expression.check is not None

    assert [each.place.document.path for each in invalid_expression.check(whole)] == ["rules.yaml"]


def test_queries_of_other_stores_are_left_alone() -> None:
    panel = '{"panels": [{"title": "p", "datasource": {"type": "loki"}, "targets": [{"expr": "{a=1} |= `x`"}]}]}'

    assert delivery({"dashboard.json": panel}).panels == ()
