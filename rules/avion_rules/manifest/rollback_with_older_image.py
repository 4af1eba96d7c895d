"""Rollbacks by an image that does not know what it is to roll back."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules._objects import does

_OLDER = pattern(
    r"previous|prev[_-]?(?:tag|version|image)|[Pp]rev(?:Tag|Version|Image)|rollback_?(?:to|tag|version)", 2
)


@rule("KM129", subject=Manifest)
def rollback_with_older_image(manifest: Manifest) -> Iterator[Finding]:
    """Find a rollback by the previous image, which lacks the Down sections that have to be run."""
    for container in manifest.containers:
        reason, scalar = container.migrates, container.part.scalar("image")
        if reason is None or scalar is None or not does(container, Task.ROLL_BACK):
            continue
        image = manifest.yaml.as_written(scalar)
        if _OLDER.search(image.rpartition(":")[2]):
            yield manifest.finding(
                scalar,
                f"The rollback stops at once: {image} is the older image, which has no file for the migrations that "
                "are applied (goose: `no current version found`).",
                "Roll back with the image that migrated, the newer one, and bring the older application afterwards.",
                object=f"{manifest.title}/{container.name}",
            )
