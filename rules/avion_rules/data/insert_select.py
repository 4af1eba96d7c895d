"""Copies of a whole table in one statement."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("DA104", subject=Statement, on=(a.Insert, a.CreateTable), by_size=True)
def insert_select(statement: Statement) -> Iterator[Finding]:
    """Find a copy of a table's rows, however many there are, in one statement."""
    for action in statement.all_actions():
        if not isinstance(action, a.Insert | a.CreateTable) or _is_temporary(statement, action):
            continue
        source = action.copies[0] if action.copies else None
        if source is not None and statement.in_use(source, action):
            yield statement.finding(
                action,
                f"Copies rows of {source} to {action.table} in one transaction, however many there are: it may run "
                "long, holds every lock of this file that long, and undoes all of it when it fails.",
                _REMEDY,
                object=source,
            )


_REMEDY = (
    "Copy some thousand rows at a time, by ranges of the key, each in a transaction of its own, and let the "
    "application write to both places meanwhile. If the table is known to be small, say so:\n"
    "-- avion-lint: ignore[insert-select] …"
)


def _is_temporary(statement: Statement, action: a.Insert | a.CreateTable) -> bool:
    if isinstance(action, a.CreateTable):
        return action.temporary
    table = statement.schema_before(action).table(action.table)
    return table is not None and table.temporary
