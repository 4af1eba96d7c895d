"""Waits for the database behind what already needs it."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules._objects import does

_NEEDING = (Task.BACK_UP, Task.MIGRATE, Task.ROLL_BACK, Task.STATUS, Task.QUERY)


@rule("KM133", subject=Manifest)
def wait_too_late(manifest: Manifest) -> Iterator[Finding]:
    """Find a wait for the database that comes after a container which needs the database."""
    if manifest.kind not in ("Job", "CronJob", "Pod"):
        return
    first: Container | None = None
    for container in manifest.containers:
        if first is None and does(container, *_NEEDING):
            first = container
        if container is first or not does(container, Task.WAIT) or does(container, *_NEEDING):
            continue
        if first is not None and (container.is_init or first.is_init):
            yield manifest.finding(
                container.part.place("name"),
                f"{container.name} waits for the database when it is too late: {first.name} has needed it before.",
                f"Move {container.name} above {first.name}; init containers run in the order of the file.",
                related=(Related(first.part.place("name"), f"{first.name} connects to the database"),),
                object=f"{manifest.title}/{container.name}",
            )
