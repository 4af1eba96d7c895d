"""Whole Secrets as variables of a migration."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import is_migration, migrating, why


@rule("AC109", subject=Manifest)
def whole_secret_as_variables(manifest: Manifest) -> Iterator[Finding]:
    """Point out a migration that gets every key of a Secret, those of other programs too."""
    if not is_migration(manifest):
        return
    for container in migrating(manifest):
        for source in container.env_sources():
            if source.kind == "Secret":
                name = source.name or "a Secret"
                yield manifest.finding(
                    source.part.place("secretRef", "name"),
                    f"The migration gets every key of {name}, those that are added later and are none of its business "
                    "too; one that is called PGOPTIONS or FLYWAY_… changes how it migrates.",
                    "Name the keys that it needs: `env: [{name: …, valueFrom: {secretKeyRef: {name: …, key: …}}}]`.",
                    related=why(manifest),
                    object=f"{manifest.title}/{container.name}",
                )
