"""What pages and messages say of alerts is what Prometheus' own promtool says.

AVION_PROMTOOL names the program; `go build github.com/prometheus/prometheus/cmd/promtool` in a module that requires
github.com/prometheus/prometheus makes it (measured with v0.54.1, which is Prometheus 2.54.1).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from avion_lint.pages import Example, Finds, load
from avion_lint.promql.checking import is_available, wrong
from avion_rules import all_rules

DATA = Path(__file__).parent / "data" / "prometheus"
PROMTOOL = os.environ.get("AVION_PROMTOOL", "")
needs_promtool = pytest.mark.skipif(not PROMTOOL, reason="AVION_PROMTOOL names no promtool")
needs_parser = pytest.mark.skipif(not is_available(), reason="promql-parser is not installed")
RULES = [rule for rule in all_rules() if rule.family == "MO"]


EXAMPLES = {f"{rule.name}/{number}": each for rule in RULES for number, each in enumerate(load(rule).examples)}


def groups(text: str) -> dict[str, object]:
    """The part of a rule file, or of a PrometheusRule, that Prometheus reads."""
    found = yaml.safe_load(text)
    return {"groups": found["spec"]["groups"] if "spec" in found else found["groups"]}


@needs_promtool
def test_what_pages_claim_of_alerts_is_so() -> None:
    done = subprocess.run(
        [PROMTOOL, "test", "rules", "claims.yaml"], cwd=DATA, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_promtool_refuses_only_what_the_page_calls_invalid(example: Example, tmp_path: Path) -> None:
    for file in example.files:
        if "rules:" not in file.text or not file.path.endswith(".yaml"):
            continue
        path = tmp_path / "rules.yaml"
        path.write_text(yaml.safe_dump(groups(file.text)), encoding="utf-8")
        done = subprocess.run([PROMTOOL, "check", "rules", path], capture_output=True, text=True, check=False)
        marked = any(isinstance(mark, Finds) and mark.rule == "MO101" for mark in file.marks)

        assert (done.returncode != 0) == marked, done.stdout + done.stderr


@needs_promtool
@needs_parser
@pytest.mark.parametrize(
    "expression",
    [
        "sum by (a) (rate(x[5m])) / on (a) group_left (b) sum by (a, b) (y) > bool 1",
        "sum(rate(x[5m])",
        "rate(x)",
        "nothing(x)",
        "x[5m] + 1",
        "{}",
        "x and 1",
        "-2^2 + atan2(1, 2)",
        "1 atan2 2",
        "max_over_time((time() - x)[1h:1m]) > 60",
        "x @ end() offset -5m",
        "x > > 1",
        'x{a=~"("}',
        "topk(5, x) unless on () vector(1)",
        "sum(x) by (a) without (b)",
        'label_replace(x, "a", "$1", "b", "(.*)")',
        "x # a comment",
        '{"a.b", c="d"}',
        "quantile(0.5, x) by (le)",
        "rate(x[0s])",
        "x == bool 1 or y",
    ],
)
def test_promql_parser_says_of_an_expression_what_promtool_says(expression: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    text = yaml.safe_dump({"groups": [{"name": "g", "rules": [{"record": "r", "expr": expression}]}]})
    path.write_text(text, encoding="utf-8")
    done = subprocess.run([PROMTOOL, "check", "rules", path], capture_output=True, text=True, check=False)

    assert (done.returncode != 0) == (wrong(expression) is not None), done.stdout + done.stderr
