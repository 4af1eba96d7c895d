"""Roles for migrations that ask the cluster nothing."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules.access._roles import account_of, asks_nothing, granted


@rule("AC103", subject=Delivery)
def unneeded_permission(delivery: Delivery) -> Iterator[Finding]:
    """Point out a Role for a migration that never asks the cluster's API for anything."""
    asking = _asking(delivery)
    for each in granted(delivery):
        if each.job is None or each.binding is None or account_of(each.job) in asking:
            continue
        yield each.binding.finding(
            each.binding.part.place("roleRef"),
            f"{each.job.title} uses none of these permissions: it runs its commands against the database, not against "
            "the cluster. Whoever gets into it has them.",
            "Delete the RoleBinding and the Role; variables and volumes from ConfigMaps and Secrets need neither.",
            related=each.related[1:],
        )


def _asking(delivery: Delivery) -> frozenset[str | None]:
    """Service accounts under which something runs that may ask the API."""
    pods = (each for each in delivery.manifests if each.pod)
    return frozenset(account_of(each) for each in pods if not asks_nothing(each))
