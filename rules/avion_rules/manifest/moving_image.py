"""Images whose name may mean another program tomorrow."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import is_migration, said, when, why
from avion_rules.manifest._images import is_set_elsewhere, tag_of

_MOVING = frozenset({"", "latest", "main", "master", "develop", "dev", "edge", "nightly", "stable"})


@rule("KM115", subject=Delivery)
def moving_image(delivery: Delivery) -> Iterator[Finding]:
    """Find a migration's image without a version, which may be another one tomorrow."""
    for manifest in delivery.of_kind("Job", "CronJob"):
        if is_migration(manifest):
            for container in manifest.containers:
                yield from _images(manifest, container, delivery)


def _images(manifest: Manifest, container: Container, delivery: Delivery) -> Iterator[Finding]:
    for scalar, image in said(container.part, "image"):
        tag = tag_of(image)
        if tag is None or tag not in _MOVING or is_set_elsewhere(delivery, image):
            continue
        what = f"the tag {tag}" if tag else "no tag, so `latest`,"
        yield manifest.finding(
            scalar,
            f"{image} has {what} and may be another program tomorrow{when(container.part, scalar)}: what was tried in "
            "staging is not what migrates production, and nobody can say later what ran.",
            "Write the version and the digest: `name:1.4.0@sha256:…` (`docker buildx imagetools inspect` tells it).",
            related=why(manifest),
            object=f"{manifest.title}/{container.name}",
        )
