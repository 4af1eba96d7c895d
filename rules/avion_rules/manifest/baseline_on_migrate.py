"""Flyway taking a database that it does not know for one of its own."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import when

_NAMES = ("FLYWAY_BASELINE_ON_MIGRATE", "SPRING_FLYWAY_BASELINE_ON_MIGRATE")


@rule("KM113", subject=Manifest)
def baseline_on_migrate(manifest: Manifest) -> Iterator[Finding]:
    """Find Flyway being told to migrate a database in which it finds tables and no history."""
    for container in manifest.containers:
        variables = container.variables()
        version = next((each.value for each in variables if each.name.endswith("FLYWAY_BASELINE_VERSION")), None)
        for variable in variables:
            value = variable.value
            if variable.name not in _NAMES or value is None:
                continue
            if (variable.part.yaml.rendered(value) or "").lower() == "true":
                yield manifest.finding(
                    value,
                    "Pointed at a wrong database, or at one whose history is gone, Flyway does not stop"
                    f"{when(variable.part, value)}: {_does(version.text if version is not None else '1')}",
                    f"Run `flyway baseline` once by hand where an old database is taken over, and take {variable.name} "
                    "away.",
                    object=f"{manifest.title}/{variable.name}",
                )


def _does(version: str) -> str:
    if version.strip("0.") == "":
        return "it runs all migrations over the tables that are there."
    return f"it takes everything up to version {version} for applied and runs the rest."
