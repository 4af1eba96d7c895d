"""Settings of Flyway that take its safeguards away."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import Part
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Scalar
from avion_rules._objects import environment, when
from avion_rules.manifest._variables import SPRING

_DANGERS = {
    ("OUT_OF_ORDER", "true"): (
        (
            "A migration with a lower number than one that is applied is run late: production then has another order "
            "than every new database."
        ),
        "false",
    ),
    ("VALIDATE_ON_MIGRATE", "false"): (
        "Applied migrations that were edited or deleted afterwards are no longer noticed.",
        "true",
    ),
    ("CLEAN_DISABLED", "false"): (
        "`flyway clean` is allowed here: one wrong word drops every object of the database.",
        "true",
    ),
    ("CLEAN_ON_VALIDATION_ERROR", "true"): (
        "When a migration was edited, Flyway drops every object of the database and begins anew.",
        "false",
    ),
    ("SKIP_EXECUTING_MIGRATIONS", "true"): (
        "Migrations are written down as applied without being run.",
        "false",
    ),
    ("IGNORE_MIGRATION_PATTERNS", "*:*"): (
        "Flyway ignores whatever is wrong with any migration: missing ones, and those of the future.",
        "*:future",
    ),
}
"""By setting and value: what follows, and the value that Flyway has by itself."""


@rule("KM112", subject=Manifest)
def dangerous_runner_setting(manifest: Manifest) -> Iterator[Finding]:
    """Find a setting of Flyway that lets it lose data, order or the notice of edited migrations."""
    for name, scalar, part in _settings(manifest):
        text = part.yaml.rendered(scalar)
        found = _DANGERS.get((_key(name), (text or "").strip().lower()))
        if found is not None and not (_key(name).startswith("CLEAN") and environment(manifest) == "development"):
            message, good = found
            yield manifest.finding(
                scalar,
                f"{message.removesuffix('.')}{when(part, scalar)}.",
                f"Take {name} away: `{good}` is Flyway's own value.",
                object=f"{manifest.title}/{name}",
            )


def _key(name: str) -> str:
    return name.removeprefix("SPRING_").removeprefix("FLYWAY_") if name.startswith(("FLYWAY_", SPRING)) else ""


def _settings(manifest: Manifest) -> Iterator[tuple[str, Scalar, Part]]:
    """Variables of containers, and the data of ConfigMaps."""
    for container in manifest.containers:
        for variable in container.variables():
            if variable.value is not None:
                yield variable.name, variable.value, variable.part
    if manifest.kind == "ConfigMap":
        for entry in manifest.part.entries("data"):
            if isinstance(entry.value, Scalar):
                yield entry.key.text, entry.value, manifest.part
