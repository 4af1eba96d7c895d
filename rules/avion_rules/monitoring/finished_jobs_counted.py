"""An alert on how long a Job runs that goes on after its end."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding, Related
from avion_lint.promql.syntax import Selector, selectors, walk
from avion_lint.promql.units import told
from avion_lint.rule import rule
from avion_rules.monitoring._jobs import limit, meant
from avion_rules.monitoring._queries import ENDED, STARTED, age_of, alerts, comparison

_TELLING = ENDED | {"kube_job_status_active"}
_TTL = "ttlSecondsAfterFinished"


@rule("MO105", subject=Delivery)
def finished_jobs_counted(delivery: Delivery) -> Iterator[Finding]:
    """Find an alert on the run time of Jobs that fires for those that have ended."""
    for _, query, tree in alerts(delivery):
        if any(each.name in _TELLING for each in selectors(tree)):
            continue
        for node in walk(tree):
            compared = comparison(node)
            since = age_of(compared.of) if compared else None
            if compared is None or since is None or since.name not in STARTED or compared.op not in (">", ">="):
                continue
            number = compared.number.value
            ending, related = _end(delivery, since)
            yield query.finding(
                since.span,
                f"This fires for every Job that is older than {number:g} seconds, also for those that succeeded: "
                f"{since.name} stays until the Job is deleted{ending}.",
                "Ask as well whether it still runs: `… and on (namespace, job_name) kube_job_status_active > 0`.",
                related=related,
            )


def _end(delivery: Delivery, since: Selector) -> tuple[str, tuple[Related, ...]]:
    """When the Jobs that are meant are deleted."""
    jobs = meant(delivery, since)
    kept = [found for each in jobs if (found := limit(each, _TTL))]
    if not kept:
        return "", ()
    longest, place = max(kept, key=lambda each: each[0])
    return f", here {told(longest)} after its end", (Related(place, "so long the Job stays after its end"),)
