"""UNIQUE constraints whose index is built while everybody waits."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement
from avion_rules.locks._keys import columns_first, index_first, keys_built


@rule("LK112", subject=Statement, on=(ConstraintKind.UNIQUE,), by_size=True)
def unique_builds_index(statement: Statement) -> Iterator[Finding]:
    """Find a UNIQUE constraint whose index is built while every read and write of the table waits."""
    for action, key in keys_built(statement, ConstraintKind.UNIQUE):
        yield statement.finding(
            action,
            f"Blocks every read and write of {key.table} while the index of {key.name} builds.",
            columns_first(statement, key) + index_first(statement, key),
            object=key.table,
        )
