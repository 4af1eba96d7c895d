"""Exclusion constraints, whose index cannot be built beforehand."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement


@rule("LK113", subject=Statement, on=(a.AddConstraint,), by_size=True)
def exclusion_builds_index(statement: Statement) -> Iterator[Finding]:
    """Find an exclusion constraint whose index is built while every read and write of the table waits."""
    for add in statement.of(a.AddConstraint):
        if add.constraint.kind is ConstraintKind.EXCLUSION and statement.in_use(add.table, add):
            yield statement.finding(
                add,
                f"Blocks every read and write of {add.table} while the index builds and all rows are compared.",
                "PostgreSQL has no way to do this while the table is in use. Do it in a maintenance window with a "
                f"lock_timeout; or make a new table that has the constraint from the start, copy the rows of "
                f"{add.table} into it in batches while both are written, and change over.",
                object=add.table,
            )
