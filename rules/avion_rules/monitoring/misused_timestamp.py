"""Points in time that are averaged, added up or compared with a number of seconds."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.promql.metrics import MetricKind, metric
from avion_lint.promql.syntax import Aggregate, Call, Node, Selector, walk
from avion_lint.rule import rule
from avion_rules.monitoring._queries import comparison, trees

_MEANINGLESS = frozenset({"sum", "avg", "stddev", "stdvar"})
_OVER_TIME = frozenset({"sum_over_time", "avg_over_time"})
_KEEPING = frozenset({"max", "min", "topk", "bottomk"})
_LEAST_TIME = 100_000_000  # seconds: the third of March 1973


@rule("MO104", subject=Delivery)
def misused_timestamp(delivery: Delivery) -> Iterator[Finding]:
    """Find a point in time that is used as if it were a duration."""
    for query, tree in trees(delivery):
        for node in walk(tree):
            name = _added(node)
            if name and isinstance(node, Aggregate | Call):
                yield query.finding(
                    node.name_span,
                    f"`{node.name}` of points in time means nothing: {name} counts seconds since 1970.",
                    f"Turn it into a duration first, `time() - {name}`, or take the latest with `max`.",
                )
            compared = comparison(node)
            name = _time(compared.of) if compared else ""
            if compared and name and 0 < compared.number.value < _LEAST_TIME:
                always = compared.op in (">", ">=", "!=")
                yield query.finding(
                    compared.node.op_span,
                    f"This {'always' if always else 'never'} holds: {name} counts seconds since 1970, and "
                    f"{compared.number.value:g} of them are long ago.",
                    f"Compare the time that has passed: `time() - {name} {compared.op} {compared.number.value:g}`.",
                )


def _added(node: Node) -> str:
    if isinstance(node, Aggregate) and node.name in _MEANINGLESS:
        return _time(node.of)
    if isinstance(node, Call) and node.name in _OVER_TIME and node.arguments:
        return _time(node.arguments[0])
    return ""


def _time(node: Node) -> str:
    """Name of the point in time that a node is, "" where it is none."""
    if isinstance(node, Aggregate) and node.name in _KEEPING:
        return _time(node.of)
    known = metric(node.name) if isinstance(node, Selector) else None
    return known.name if known is not None and known.kind is MetricKind.TIME else ""
