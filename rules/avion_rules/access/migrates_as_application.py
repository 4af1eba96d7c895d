"""Applications that may change the schema."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Container, Manifest, Variable
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules._objects import APPLICATIONS, is_migration, migrating, why

_USER = pattern(r"user|url|dsn|uri|dbstring|connection", 2)


@rule("AC111", subject=Delivery)
def migrates_as_application(delivery: Delivery) -> Iterator[Finding]:
    """Point out a migration that connects as the same role as the application, which may then drop tables too."""
    for manifest in delivery.of_kind("Job", "CronJob"):
        if manifest.inline or not is_migration(manifest):
            continue
        others = [each for each in delivery.by_home.get(manifest.home, ()) if each.kind in APPLICATIONS]
        for container in migrating(manifest):
            found = next(_shared(manifest, container, others), None)
            if found is not None:
                mine, other, theirs = found
                yield manifest.finding(
                    mine.part.place("name"),
                    f"The migration connects as the same role as {other.title}: the application may then drop and "
                    "alter every table, and so may whoever gets into it.",
                    "Give the migration a role of its own that owns the tables, with a Secret of its own; the "
                    "application's needs SELECT, INSERT, UPDATE and DELETE.",
                    related=(Related(theirs.part.place("name"), f"{other.title} takes the same"), *why(manifest)),
                    object=f"{manifest.title}/{container.name}",
                )


def _shared(
    manifest: Manifest, container: Container, others: list[Manifest]
) -> Iterator[tuple[Variable, Manifest, Variable]]:
    own = {_key(manifest, each): each for each in container.variables() if _is_user(each)}
    for other in others:
        for application in other.containers:
            for theirs in application.variables():
                key = _key(other, theirs)
                if key in own and _is_user(theirs):
                    yield own[key], other, theirs


def _is_user(variable: Variable) -> bool:
    return variable.source == "secretKeyRef" and bool(_USER.search(variable.key) or _USER.search(variable.name))


def _key(manifest: Manifest, variable: Variable) -> tuple[str, str, str]:
    scalar = variable.part.scalar("valueFrom", variable.source, "name")
    return variable.source, manifest.yaml.as_written(scalar) if scalar is not None else "", variable.key
