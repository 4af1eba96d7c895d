"""An alert that waits longer than the Job that it is about is there."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.monitoring import AlertRule
from avion_lint.finding import Finding, Related
from avion_lint.promql.syntax import Node, Selector, Subquery, walk
from avion_lint.promql.units import told
from avion_lint.rule import rule
from avion_lint.source import Place
from avion_rules.monitoring._jobs import limit, meant
from avion_rules.monitoring._queries import ENDED, alerts

_TTL = "ttlSecondsAfterFinished"
_INTERVAL = 60.0  # Prometheus' default, seconds
_FAILED = frozenset({"kube_job_failed", "kube_job_status_failed"})
_POLICIES = (("helm.sh/hook-delete-policy", "hook-failed"), ("argocd.argoproj.io/hook-delete-policy", "HookFailed"))


@rule("MO108", subject=Delivery)
def alert_outlives_job(delivery: Delivery) -> Iterator[Finding]:
    """Find an alert on how a Job ended that the Job's deletion takes away before it fires."""
    for alert, query, tree in alerts(delivery):
        for selector in _momentary(tree):
            found = next(_gone(delivery, alert, selector), None)
            if found is not None:
                job, place, said = found
                yield query.finding(
                    selector.span,
                    f"This may never fire: {said}, and with {job.title} its metrics are gone.",
                    "Keep what failed until somebody has seen it: a longer `ttlSecondsAfterFinished` and no deletion "
                    "on failure; or make `for` shorter, or ask for a while back with `max_over_time(…[15m])`.",
                    related=(Related(place, "this deletes the Job"),),
                )
                break


def _momentary(tree: Node) -> Iterator[Selector]:
    """Series that tell of an end and are asked for now, not over a stretch of time."""
    if any(isinstance(node, Subquery) for node in walk(tree)):
        return
    for node in walk(tree):
        if isinstance(node, Selector) and node.name in ENDED and node.range is None:
            yield node


def _gone(delivery: Delivery, alert: AlertRule, selector: Selector) -> Iterator[tuple[Manifest, Place, str]]:
    needed = (alert.pending or 0.0) + (alert.interval or _INTERVAL)
    for job in meant(delivery, selector):
        if selector.name in _FAILED:
            for name, word in _POLICIES:
                scalar = job.annotation(name)
                if scalar is not None and word in scalar.text:
                    yield job, job.yaml.place(scalar), f"the Job is deleted as soon as it fails (`{word}`)"
        kept = limit(job, _TTL)
        if kept is not None and alert.pending is not None and needed >= kept[0]:
            said = f"{told(alert.pending)} (`for`)" if alert.pending else "the next evaluation"
            yield job, kept[1], f"the Job is deleted {told(kept[0])} after its end, before {said} has passed"
