"""Backups that a value switches off."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.environment import environment_of
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.source import Place
from avion_lint.yaml.nodes import Node, Scalar
from avion_rules._objects import default, is_filled, is_migration
from avion_rules.manifest._backups import is_backup

_WORD = pattern(r"\"([a-z]+)\"")


@rule("KM131", subject=Manifest)
def backup_optional(manifest: Manifest) -> Iterator[Finding]:
    """Find a backup before a migration that a template leaves out by its default values, or in production."""
    if not is_migration(manifest):
        return
    for container in manifest.containers:
        if not is_backup(container):
            continue
        for condition in manifest.yaml.conditions(container.part.node):
            place = manifest.yaml.excerpt.place(condition.span)
            message = _off(manifest, condition.text, negated=condition.negated)
            if condition.kind == "if" and message:
                yield manifest.finding(
                    place,
                    f"Without a backup goes {message}.",
                    "Take the condition away for the backup, or make it hold in production.",
                    related=(Related(_name(manifest, container.part.place("name")), "this backup"),),
                    object=f"{manifest.title}/{container.name}",
                )


def _name(manifest: Manifest, place: Place) -> Place:
    return manifest.yaml.place(place)


def _off(manifest: Manifest, condition: str, *, negated: bool) -> str:
    """Which migrations have no backup, in words; "" where production has one or nothing is known."""
    value = default(manifest.part, condition)
    if value is not None:
        is_without = is_filled(value) is negated
        return f"whoever does not set {condition.strip()} (values.yaml says {_shown(value)})" if is_without else ""
    words = {environment_of(word) for word in _WORD.findall(condition)}
    if condition.startswith("eq ") and words:
        others = "production" in words if negated else words and words.isdisjoint({"production", ""})
        return "production" if others else ""
    if condition.startswith("ne ") and "production" in words and not negated:
        return "production"
    return ""


def _shown(value: Node | bool) -> str:
    return f"`{value.text}`" if isinstance(value, Scalar) else "nothing"
