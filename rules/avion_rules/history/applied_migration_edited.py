"""Migrations on the base branch whose text was changed."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Kind
from avion_lint.subjects import Change, Edit
from avion_rules.history._restore import restore


@rule("HI101", subject=Change, any_database=True)
def applied_migration_edited(change: Change) -> Iterator[Finding]:
    """Find a change to a migration that databases may have run already."""
    if change.kind is not Kind.VERSIONED or _is_another_version(change):
        return
    if change.checksum_changed:
        effect = (
            f"Flyway stops: version {change.version} is on {change.base_name}, and wherever it is applied "
            "the next `migrate` and `validate` end with a checksum mismatch"
        )
        effect += "." if change.edit is Edit.SQL else "; comments and blanks count in Flyway's checksum."
    elif change.edit is Edit.SQL:
        effect = (
            f"Databases drift apart: version {change.version} is on {change.base_name}, those that have run "
            f"it keep what the old text made, new ones get what this one makes, and {change.service.runner} "
            "notices nothing."
        )
    else:
        return
    remedy = f"Put the file back with {restore(change)} and make the change in a new migration."
    yield change.finding(effect, remedy if change.edit is Edit.SQL else f"Put the file back with {restore(change)}.")


def _is_another_version(change: Change) -> bool:
    return change.renamed_to is not None and change.renamed_to.version != change.version
