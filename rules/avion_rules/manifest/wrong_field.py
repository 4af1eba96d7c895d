"""Fields of objects that Kubernetes does not have, that lack, or that say what they cannot say."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules.manifest._fields import judged, wrong_fields


@rule("KM192", subject=Delivery)
def wrong_field(delivery: Delivery) -> Iterator[Finding]:
    """Find a field of an object that is no migration which Kubernetes does not have, or not like that."""
    settings = {id(each.object.node) for each in delivery.environments if each.object}
    for manifest in judged(delivery, migrating=False):
        # What settings of an environment say is told by wrong-setting-type.
        yield from wrong_fields(delivery, manifest, but="data" if id(manifest.part.node) in settings else "")
