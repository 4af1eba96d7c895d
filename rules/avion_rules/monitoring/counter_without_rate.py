"""An alert on how high a counter has ever come."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.promql.metrics import MetricKind, metric
from avion_lint.promql.syntax import Aggregate, Node, Selector, walk
from avion_lint.rule import rule
from avion_rules.monitoring._queries import alerts, comparison


@rule("MO118", subject=Delivery)
def counter_without_rate(delivery: Delivery) -> Iterator[Finding]:
    """Find an alert that compares all that a counter has ever counted with a threshold."""
    for _, query, tree in alerts(delivery):
        for node in walk(tree):
            compared = comparison(node)
            counter = _counter(compared.of) if compared else None
            if compared is not None and counter is not None and compared.op in (">", ">="):
                yield query.finding(
                    counter.span,
                    f"Once this fires it never ends: {counter.name} is a counter, which only grows until its server "
                    "is restarted.",
                    f"Compare its growth: `increase({counter.name}[15m]) {compared.op} {compared.number.value:g}`.",
                )


def _counter(node: Node) -> Selector | None:
    if isinstance(node, Aggregate) and node.name in ("sum", "max", "min", "avg"):
        return _counter(node.of)
    known = metric(node.name) if isinstance(node, Selector) and node.range is None else None
    return node if isinstance(node, Selector) and known and known.kind is MetricKind.COUNTER else None
