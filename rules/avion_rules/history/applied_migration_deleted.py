"""Migrations on the base branch that are gone."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Kind, Runner
from avion_lint.subjects import Change, Edit
from avion_rules.history._restore import restore

_RECORDED = {Kind.VERSIONED, Kind.BASELINE, Kind.REPEATABLE, Kind.CODE}


@rule("HI102", subject=Change, any_database=True)
def applied_migration_deleted(change: Change) -> Iterator[Finding]:
    """Find a migration that was deleted though databases may have run it already."""
    if change.edit is not Edit.DELETED or change.kind not in _RECORDED:
        return
    what = f"version {change.version}" if change.version else change.before.path
    if change.service.runner is Runner.GOOSE:
        effect = (
            f"Databases drift apart: {what} {change.known}; those that have run it keep what it made, new ones "
            "never get it, and `goose down` stops there because the file is gone."
        )
    else:
        effect = (
            f"Flyway stops: {what} {change.known}, and wherever it is applied, `migrate` and `validate` end with "
            f'"Detected applied migration not resolved locally"{_LATER if change.version else ""}.'
        )
    remedy = f"Put the file back with {restore(change)}; take back what it did in a new migration."
    yield change.finding(effect, remedy)


_LATER = ", at the latest when a higher version exists"
