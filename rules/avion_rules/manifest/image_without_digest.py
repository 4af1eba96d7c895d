"""Images of production that a registry can exchange."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import environment, is_migration, said, when, why
from avion_rules.manifest._images import is_set_elsewhere, tag_of


@rule("KM116", subject=Delivery)
def image_without_digest(delivery: Delivery) -> Iterator[Finding]:
    """Point out an image that migrates production by a tag, which a push can move to another program."""
    for manifest in delivery.of_kind("Job", "CronJob"):
        if not is_migration(manifest) or environment(manifest) != "production":
            continue
        for container in manifest.containers:
            for scalar, image in said(container.part, "image"):
                if tag_of(image) and not is_set_elsewhere(delivery, image):
                    yield manifest.finding(
                        scalar,
                        f"A push to the registry can put another program under {image}{when(container.part, scalar)}: "
                        "production may be migrated by what staging has never seen.",
                        "Add the digest that staging ran: `name:1.4.0@sha256:…`.",
                        related=why(manifest),
                        object=f"{manifest.title}/{container.name}",
                    )
