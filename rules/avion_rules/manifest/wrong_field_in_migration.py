"""Fields of migrations that Kubernetes does not have, that lack, or that say what they cannot say."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules.manifest._fields import judged, unserved, wrong_fields


@rule("KM191", subject=Delivery)
def wrong_field_in_migration(delivery: Delivery) -> Iterator[Finding]:
    """Find a field of a migration's object that Kubernetes does not have, or not like that."""
    for manifest in judged(delivery, migrating=True):
        yield from unserved(delivery, manifest)
        yield from wrong_fields(delivery, manifest)
