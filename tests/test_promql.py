"""PromQL is read as Prometheus reads it, each part with its place."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avion_lint.promql.checking import is_available, wrong
from avion_lint.promql.lexer import NoWordError, tokens
from avion_lint.promql.metrics import MetricKind, metric
from avion_lint.promql.parser import NotReadError, parse, read
from avion_lint.promql.syntax import Aggregate, Binary, Call, Negation, Node, Number, Selector, Subquery, Unknown, walk
from avion_lint.promql.units import seconds, told

needs_parser = pytest.mark.skipif(not is_available(), reason="promql-parser is not installed")


def operators(text: str) -> str:
    """An expression with all brackets."""

    def shown(node: Node) -> str:
        match node:
            case Binary():
                return f"({shown(node.left)} {node.op} {shown(node.right)})"
            case Negation():
                return f"(-{shown(node.of)})"
            case Number():
                return f"{node.value:g}"
            case Selector():
                return node.name
        return "?"

    return shown(parse(text))


@pytest.mark.parametrize(
    ("text", "bracketed"),
    [
        ("1 + 2 * 3 ^ 4 ^ 5", "(1 + (2 * (3 ^ (4 ^ 5))))"),
        ("-2 ^ 2", "(-(2 ^ 2))"),
        ("-2 * 2", "((-2) * 2)"),
        ("a - b - c", "((a - b) - c)"),
        ("a > 1 and b or c unless d", "(((a > 1) and b) or (c unless d))"),
        ("a == b + 1 > bool 2", "((a == (b + 1)) > 2)"),
        ("1 atan2 2 % 3", "((1 atan2 2) % 3)"),
    ],
)
def test_operators_bind_as_prometheus_says(text: str, bracketed: str) -> None:
    assert operators(text) == bracketed


def test_a_selector_has_its_name_its_matchers_and_its_range() -> None:
    node = parse("""kube_job_failed{job_name=~".*-\\\\d+", namespace!='a'}[1h30m] offset -5m @ end()""")

    assert isinstance(node, Selector)
    assert (node.name, node.range) == ("kube_job_failed", 5400.0)
    assert [(each.label, each.op, each.value) for each in node.matchers] == [
        ("job_name", "=~", ".*-\\d+"),
        ("namespace", "!=", "a"),
    ]


@pytest.mark.parametrize("text", ['{__name__="x", a="b"}', '{"x", a="b"}', 'x{a="b",}'])
def test_a_name_may_stand_among_the_matchers(text: str) -> None:
    node = parse(text)

    assert isinstance(node, Selector)
    assert node.name == "x"


@pytest.mark.parametrize("text", ["sum by (a, b) (x)", "sum(x) by (a, b)", "SUM by (a,b,) (x)"])
def test_grouping_may_stand_before_and_after(text: str) -> None:
    node = parse(text)

    assert isinstance(node, Aggregate)
    assert (node.name, node.grouping, node.labels) == ("sum", "by", ("a", "b"))


def test_what_is_matched_by_is_kept() -> None:
    node = parse("a / on (b, c) group_left (d) e")

    assert isinstance(node, Binary)
    assert (node.matching, node.labels, node.group) == ("on", ("b", "c"), "group_left")


def test_every_part_says_where_it_stands() -> None:
    text = 'sum(rate(errors{a="é"}[5m])) > 3 # too many'
    spans = {type(node).__name__: text[node.span.start : node.span.end] for node in walk(parse(text))}

    assert spans == {
        "Binary": 'sum(rate(errors{a="é"}[5m])) > 3',
        "Aggregate": 'sum(rate(errors{a="é"}[5m]))',
        "Call": 'rate(errors{a="é"}[5m])',
        "Selector": 'errors{a="é"}[5m]',
        "Number": "3",
    }


@pytest.mark.parametrize("text", ["rate(x[$__rate_interval])", "rate(x[${step}])", "rate(x[\ue000])"])
def test_a_range_that_a_variable_fills_is_no_number(text: str) -> None:
    node = parse(text)

    assert isinstance(node, Call)
    assert isinstance(node.arguments[0], Selector)
    assert math.isnan(node.arguments[0].range or 0)


@pytest.mark.parametrize("text", ["x > $threshold", "x > ${threshold:raw}", "x > [[threshold]]", "x > \ue000\ue000"])
def test_a_variable_stands_for_anything(text: str) -> None:
    node = parse(text)

    assert isinstance(node, Binary)
    assert isinstance(node.right, Unknown)


def test_a_name_with_a_variable_in_it_is_not_known() -> None:
    node = parse("sum(rate(foo_${which}_total[5m]))")

    assert [each.name for each in walk(node) if isinstance(each, Selector)] == [""] or any(
        isinstance(each, Subquery) for each in walk(node)
    )


@pytest.mark.parametrize("text", ["sum(x", "x >", "x y", "", "(" * 5000, "-" * 5000 + "1"])
def test_what_is_none_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises((NotReadError, NoWordError)):
        parse(text)


@given(st.text(alphabet="ab_:{}()[]\"'`=~!<>+-*/^%,.$# \n019smh\ue000é", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    read(text)
    if is_available():
        found = wrong(text)
        assert found is None or 0 <= found.span.start <= found.span.end <= len(text)


@given(st.text(alphabet="ab_:{}()[]\"'=~!<>+-*/^%,. \n019smh", max_size=30))
def test_words_are_the_text_without_blanks(text: str) -> None:
    try:
        found = list(tokens(text))
    except NoWordError:
        return
    assert all(text[word.span.start : word.span.end] == word.text for word in found)


@needs_parser
@pytest.mark.parametrize(
    ("text", "part", "why"),
    [
        ("sum(rate(x[5m])", "(", "never closed"),
        ("a and sum(x)) > 1", ")", "closes nothing"),
        ("1 + rate(x)", "rate", "matrix"),
        ("increase(a[1h]) > 0 or irate(b)", "irate", "matrix"),
        ("quantil(0.9, x)", "quantil", "unknown function"),
        ("x && y", "&", "`and`"),
        ('x{a="b} > 1', '"', "never closed"),
        ("rate(x[5m)", "[", "never closed"),
    ],
)
def test_an_error_says_where_it_is(text: str, part: str, why: str) -> None:
    found = wrong(text)

    assert found is not None
    assert text[found.span.start : found.span.end] == part
    assert why in found.why


@needs_parser
@pytest.mark.parametrize(
    "text",
    [
        "rate(x[$__rate_interval])",
        'x{a=~"$a", b="[[b]]"} > $t',
        "topk($n, sum by ($label) ($metric))",
        "sum($metric{a='b'})",
        "max_over_time(x[${__range_s}s:])",
        "x[$range:$step]",
        "$metric > 5",
        'x{job_name=~"\ue000\ue000-.*"} > \ue000\ue000',
    ],
)
def test_variables_and_templates_are_no_errors(text: str) -> None:
    assert wrong(text) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [("5m", 300), ("1h30m", 5400), ("250ms", 0.25), ("1d", 86400), ("60", 60), ("", None), ("5 m", None), ("m", None)],
)
def test_durations_are_seconds(text: str, amount: float | None) -> None:
    assert seconds(text) == amount


@pytest.mark.parametrize(("amount", "text"), [(3600, "1 h"), (90, "90 s"), (600, "10 min"), (86400, "1 d"), (0, "0 s")])
def test_seconds_are_told_in_the_largest_unit(amount: float, text: str) -> None:
    assert told(amount) == text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("kube_job_status_failed", MetricKind.GAUGE),
        ("kube_job_status_completion_time", MetricKind.TIME),
        ("kube_job_failed", MetricKind.FLAG),
        ("kube_pod_container_status_restarts_total", MetricKind.COUNTER),
        ("pg_stat_database_deadlocks", MetricKind.COUNTER),
        ("pg_settings_max_connections", MetricKind.GAUGE),
    ],
)
def test_kinds_are_those_of_the_exporters_lists(name: str, kind: MetricKind) -> None:
    found = metric(name)

    assert found is not None
    assert found.kind is kind


def test_nothing_is_known_of_other_metrics() -> None:
    assert metric("http_requests_total") is None
