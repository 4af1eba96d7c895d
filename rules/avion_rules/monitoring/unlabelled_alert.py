"""An alert that does not say how bad it is, whose it is, or what to do."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.monitoring import AlertRule
from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule


@record
class Wanted:
    """Labels and annotations of which an alert has to have one of each group; groups are divided by `|`."""

    labels: tuple[str, ...] = ("severity", "team|owner|service")
    annotations: tuple[str, ...] = ("summary|description|message", "runbook_url|runbook")
    STRICTER = (("labels", "more"), ("annotations", "more"))


@rule("MO114", subject=AlertRule, options=Wanted)
def unlabelled_alert(alert: AlertRule, options: Wanted) -> Iterator[Finding]:
    """Find an alert without severity, owner, text or runbook."""
    if alert.records:
        return
    missing = [*_missing(alert, "labels", options.labels), *_missing(alert, "annotations", options.annotations)]
    if missing:
        yield alert.finding(
            None,
            f"Whoever is woken by {alert.name} has to find out the rest: it has no {', no '.join(missing)}.",
            "Add what is missing under `labels` and `annotations`; Alertmanager sends alerts on by their labels.",
        )


def _missing(alert: AlertRule, where: str, groups: tuple[str, ...]) -> Iterator[str]:
    for group in groups:
        if not any(alert.part.may_have(where, name) for name in group.split("|")):
            yield f"{where[:-1]} `{group.partition('|')[0]}`"
