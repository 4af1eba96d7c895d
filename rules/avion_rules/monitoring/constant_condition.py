"""A comparison that comes out the same whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.promql.metrics import MetricKind, metric
from avion_lint.promql.syntax import COMPARISONS, Aggregate, Binary, Call, Negation, Node, Selector, walk
from avion_lint.rule import rule
from avion_rules.monitoring._queries import Comparison, alerts, comparison

Range = tuple[float, float]
_ANY = (0.0, inf)
_COUNTING = frozenset({"rate", "irate", "increase", "changes", "resets", "abs", "count_over_time"})
_KEEPING = frozenset(
    {"max_over_time", "min_over_time", "avg_over_time", "last_over_time", "quantile_over_time", "sort", "sort_desc"}
)
_BY_KIND = {MetricKind.FLAG: (0.0, 1.0), MetricKind.COUNTER: _ANY, MetricKind.TIME: _ANY}


@rule("MO111", subject=Delivery)
def constant_condition(delivery: Delivery) -> Iterator[Finding]:
    """Find an alert's comparison that never holds, or always."""
    for _, query, tree in alerts(delivery):
        for node in walk(tree):
            compared = comparison(node)
            within = _range(compared.of) if compared else None
            if compared is None or within is None:
                continue
            outcome = _outcome(within, compared.op, compared.number.value)
            if outcome is False or (outcome is True and node is tree and not compared.node.is_bool):
                always = "always" if outcome else "never"
                yield query.finding(
                    compared.node.op_span,
                    f"This {always} holds, so the alert {'fires all the time' if outcome else 'never fires'}: "
                    f"{_why(compared, within)}.",
                    _remedy(compared),
                )


def _range(node: Node) -> Range | None:
    """Least and largest value that a node can have, None where nothing is known."""
    match node:
        case Selector():
            known = metric(node.name)
            if known is None:
                return None
            is_count = known.kind is MetricKind.GAUGE and known.exporter == "kube-state-metrics"
            return _ANY if is_count else _BY_KIND.get(known.kind)
        case Aggregate(name="count"):
            return 1.0, inf
        case Aggregate(name="max" | "min" | "avg" | "topk" | "bottomk"):
            return _range(node.of)
        case Aggregate(name="sum"):
            inner = _range(node.of)
            return _ANY if inner and inner[0] >= 0 else None
        case Call(name=name) if name in _COUNTING:
            return _ANY
        case Call(name=name, arguments=(*_, last)) if name in _KEEPING:
            return _range(last)
        case Binary(op=op) if op in COMPARISONS:
            return (0.0, 1.0) if node.is_bool else None
        case Negation():
            inner = _range(node.of)
            return (-inner[1], -inner[0]) if inner else None
    return None


def _outcome(within: Range, op: str, number: float) -> bool | None:
    """True where a comparison holds for all values, False where for none, None where it depends."""
    low, high = within
    holds = {
        ">": (low > number, high <= number),
        ">=": (low >= number, high < number),
        "<": (high < number, low >= number),
        "<=": (high <= number, low > number),
        "==": (low == high == number, not low <= number <= high),
        "!=": (not low <= number <= high, low == high == number),
    }
    always, never = holds[op]
    return True if always else False if never else None


def _why(compared: Comparison, within: Range) -> str:
    if isinstance(compared.of, Aggregate) and compared.of.name == "count":
        return "`count` of no series is no result, not 0"
    low, high = within
    return f"the value is {low:g} or {high:g}" if high == 1 else f"the value is never below {low:g}"


def _remedy(compared: Comparison) -> str:
    if isinstance(compared.of, Aggregate) and compared.of.name == "count":
        return "To be told that there is none write `absent(…)`, or `(count(…) or vector(0)) == 0`."
    return "Compare with a value that it can have."
