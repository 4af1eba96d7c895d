"""A panel whose rates vanish when it is looked at closely."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.promql.syntax import Call, Selector, walk
from avion_lint.rule import rule
from avion_rules.monitoring._queries import trees

_RATES = frozenset({"rate", "irate", "increase"})
_INTERVALS = frozenset({"$__interval", "${__interval}"})


@rule("MO120", subject=Delivery)
def rate_over_interval(delivery: Delivery) -> Iterator[Finding]:
    """Find a rate over Grafana's `$__interval`, which may hold less than two measurements."""
    for query, tree in trees(delivery):
        for node in walk(tree):
            of = node.arguments[0] if isinstance(node, Call) and node.name in _RATES and node.arguments else None
            if isinstance(node, Call) and isinstance(of, Selector) and of.range_text in _INTERVALS:
                yield query.finding(
                    node.name_span,
                    f"The panel is empty when it shows a short time: `{of.range_text}` becomes shorter than the time "
                    f"between two scrapes, and `{node.name}` needs two.",
                    "Write `[$__rate_interval]`, which Grafana keeps at four scrape intervals or more.",
                )
