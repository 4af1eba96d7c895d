"""PromQL that Prometheus cannot read."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.monitoring import AlertRule, Query
from avion_lint.finding import Finding
from avion_lint.promql.checking import Missing, Wrong, wrong
from avion_lint.rule import rule


@rule("MO101", subject=Delivery)
def invalid_expression(delivery: Delivery) -> Iterator[Finding]:
    """Find an expression that Prometheus cannot read."""
    for query in delivery.queries:
        found = None if query.is_open or _is_empty(query) else _wrong(query)
        if found is not None:
            yield query.finding(
                found.span,
                _message(query, found),
                "Mend the expression; `promtool check rules` reads it as Prometheus does.",
            )


def _is_empty(query: Query) -> bool:
    """Whether a panel has a query that nobody has written yet: Grafana does not ask it."""
    return not query.text.text.strip() and not isinstance(query.owner, AlertRule)


def _wrong(query: Query) -> Wrong | None:
    try:
        return wrong(query.text.text)
    except Missing:
        return None  # that it is not checked is told once for each file


def _message(query: Query, found: Wrong) -> str:
    said = found.why.rstrip(".")
    if isinstance(query.owner, AlertRule):
        return f"Prometheus refuses this file, with all alerts in it: {said}."
    return f"This panel shows an error: {said}."
