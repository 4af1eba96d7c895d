"""Failed pods that are taken for failed Jobs."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding, Related
from avion_lint.promql.syntax import selectors
from avion_lint.rule import rule
from avion_rules.monitoring._jobs import limit, meant
from avion_rules.monitoring._queries import trees


@rule("MO119", subject=Delivery)
def failed_pods_counted(delivery: Delivery) -> Iterator[Finding]:
    """Find a query for failed Jobs that counts failed pods, where a Job tries several."""
    for query, tree in trees(delivery):
        names = {each.name for each in selectors(tree)}
        for selector in selectors(tree):
            if selector.name != "kube_job_status_failed" or "kube_job_failed" in names:
                continue
            tried = [found for each in meant(delivery, selector) if (found := limit(each, "backoffLimit")) and found[0]]
            if tried:
                again, place = tried[0]
                yield query.finding(
                    selector.span,
                    "This counts failed pods, not Jobs: a Job whose second try succeeded counts, and one that its "
                    "deadline ended may not.",
                    'Ask for the Job\'s own end: `kube_job_failed{condition="true"} == 1`.',
                    related=(Related(place, f"this Job tries up to {again + 1:g} pods"),),
                )
