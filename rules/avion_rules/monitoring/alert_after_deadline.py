"""An alert on a long migration that comes when Kubernetes has ended the Job."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.monitoring import AlertRule
from avion_lint.finding import Finding, Related
from avion_lint.promql.syntax import Node, Selector, selectors, walk
from avion_lint.rule import rule
from avion_lint.source import Span
from avion_rules.monitoring._jobs import limit, meant
from avion_rules.monitoring._queries import STARTED, age_of, alerts, comparison

_DEADLINE = "activeDeadlineSeconds"


@rule("MO107", subject=Delivery)
def alert_after_deadline(delivery: Delivery) -> Iterator[Finding]:
    """Find an alert on the run time of a Job that fires only when the Job's deadline has ended it."""
    for alert, query, tree in alerts(delivery):
        found = delay(alert, tree)
        if found is None:
            continue
        selector, span, seconds, said = found
        late = [(deadline, job) for job in meant(delivery, selector) if (deadline := limit(job, _DEADLINE))]
        ended = [(amount, place, job) for (amount, place), job in late if seconds >= amount]
        if ended:
            amount, _, job = ended[0]
            yield query.finding(
                span,
                f"This comes too late to do anything: it fires after {said}, and Kubernetes ends {job.title} after "
                f"{amount:g} seconds.",
                f"Let it fire well before the deadline, say after {amount * 0.6:g} seconds, or raise "
                f"`{_DEADLINE}` with it.",
                related=tuple(Related(place, "here Kubernetes ends the Job") for _, place, _ in ended),
            )


def delay(alert: AlertRule, tree: Node) -> tuple[Selector, Span, float, str] | None:
    """Seconds from a Job's start to the alert, with what it asks and where."""
    pending = alert.pending
    if pending is None:
        return None
    for node in walk(tree):
        compared = comparison(node)
        if compared is None or compared.op not in (">", ">="):
            continue
        since = age_of(compared.of)
        number = compared.number
        if since is not None and since.name in STARTED:
            said = f"{number.value:g} seconds" + (f" and another {pending:g} (`for`)" if pending else "")
            return since, number.span, number.value + pending, said
    for each in selectors(tree):
        if each.name == "kube_job_status_active" and not any(node.name in STARTED for node in selectors(tree)):
            return each, each.span, pending, f"{pending:g} seconds (`for`)"
    return None
