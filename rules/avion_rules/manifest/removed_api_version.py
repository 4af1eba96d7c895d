"""Objects of API versions that Kubernetes does not serve any more."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules.manifest._fields import judged, unserved


@rule("KM193", subject=Delivery)
def removed_api_version(delivery: Delivery) -> Iterator[Finding]:
    """Find an object that is no migration, of an API version that the clusters do not serve."""
    for manifest in judged(delivery, migrating=False):
        yield from unserved(delivery, manifest)
