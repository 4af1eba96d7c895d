"""Migrations on the base branch whose text was changed."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Kind, Runner
from avion_lint.subjects import Change, Edit
from avion_rules.history._restore import restore


@rule("HI101", subject=Change, any_database=True)
def applied_migration_edited(change: Change) -> Iterator[Finding]:
    """Find a change to a migration that databases may have run already."""
    if change.kind is not Kind.VERSIONED or change.edit not in _TEXT or _is_another_version(change):
        return
    effect = _flyway(change) if change.service.runner is Runner.FLYWAY else _goose(change)
    if effect:
        anew = " and make the change in a new migration" if change.edit is Edit.SQL else ""
        yield change.finding(effect, f"Put the file back with {restore(change)}{anew}.")


_TEXT = {Edit.LINE_ENDS, Edit.COMMENTS, Edit.SQL}


def _is_another_version(change: Change) -> bool:
    return change.renamed_to is not None and change.renamed_to.version != change.version


def _flyway(change: Change) -> str:
    if not change.checksum_changed:
        return ""
    why = "" if change.edit is Edit.SQL else "; comments and blanks count in Flyway's checksum"
    return (
        f"Flyway stops: version {change.version} {change.known}, and wherever it is applied the "
        f"next `migrate` and `validate` end with a checksum mismatch{why}."
    )


def _goose(change: Change) -> str:
    if change.edit is not Edit.SQL:
        return ""
    return (
        f"Databases drift apart: version {change.version} {change.known}; those that have run it "
        "keep what the old text made, new ones get what this one makes, and goose notices nothing."
    )
