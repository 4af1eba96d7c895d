"""Variables that a migration runner does not read."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import why
from avion_rules.manifest._variables import FLYWAY, FLYWAY_PREFIXES, GOOSE, GOOSE_OPTIONS


@rule("KM111", subject=Manifest)
def unknown_runner_variable(manifest: Manifest) -> Iterator[Finding]:
    """Find a variable named like one of goose's or Flyway's that they do not read, so that it does nothing."""
    for container in manifest.containers:
        if not (container.migrates or manifest.migrates):
            continue
        for variable in container.variables():
            if _is_unknown(variable.name) and not _is_used(container, variable.name):
                yield manifest.finding(
                    variable.part.place("name"),
                    f"{_runner(variable.name)} does not read {variable.name}: it does nothing.",
                    _remedy(variable.name),
                    related=why(manifest),
                    object=f"{manifest.title}/{variable.name}",
                )


def _runner(name: str) -> str:
    return "goose" if name.startswith("GOOSE_") else "Flyway"


def _is_unknown(name: str) -> bool:
    if name.startswith("GOOSE_"):
        return name not in GOOSE
    return name.startswith("FLYWAY_") and name not in FLYWAY and not name.startswith(FLYWAY_PREFIXES)


def _is_used(container: Container, name: str) -> bool:
    """Whether the container's own script, arguments or variables use it."""
    return any(f"{sign}{name}" in word.text for sign in ("$", "${", "$(") for word in container.words) or any(
        each.value is not None and f"$({name})" in each.value.text for each in container.variables()
    )


def _remedy(name: str) -> str:
    if name in GOOSE_OPTIONS:
        return f"Give it to goose as an option: `goose {GOOSE_OPTIONS[name]} …`."
    near = get_close_matches(name, GOOSE if name.startswith("GOOSE_") else FLYWAY, n=1, cutoff=0.75)
    if near:
        return f"Did you mean {near[0]}?"
    if name.startswith("GOOSE_"):
        return (
            f"Take it away; goose reads {', '.join(sorted(GOOSE))}. Where a migration reads it through "
            "`-- +goose ENVSUB ON`, give it a name that does not begin with GOOSE_."
        )
    return "Take it away, or correct its name."
