"""Containers of migrations that the node may kill or starve."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import is_migration, migrating, why

_NEEDED = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))


@rule("KM117", subject=Manifest)
def missing_resources(manifest: Manifest) -> Iterator[Finding]:
    """Find a migration without requests and limits, which a node short of memory kills first."""
    if not is_migration(manifest):
        return
    for container in migrating(manifest):
        lacking = [f"{kind} for {what}" for kind, what in _NEEDED if not _may_have(container, kind, what)]
        if lacking:
            yield manifest.finding(
                container.part.place("resources") if container.part.has("resources") else container.part.place("name"),
                f"{container.name} has no {', no '.join(lacking)}: a node short of memory kills it first, in the "
                "middle of a migration.",
                "Give it `resources` with requests for cpu and memory and a limit for memory; a limit for cpu only "
                "makes it hold its locks longer.",
                related=why(manifest),
                object=f"{manifest.title}/{container.name}",
            )


def _may_have(container: Container, kind: str, what: str) -> bool:
    part = container.part
    if part.may_have("resources", kind, what):
        return True
    return kind == "requests" and part.has("resources", "limits", what)  # Kubernetes takes the limit for the request
