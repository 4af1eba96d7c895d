"""What makes the server write a table anew, asked of the schema before an action."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.schema.model import Column
from avion_lint.schema.rewrites import type_change_rewrites
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement

_UTC = {"utc", "gmt", "etc/utc", "zulu", "universal", "0"}


def type_changes(migration: Migration) -> Iterator[tuple[Statement, a.AlterColumnType, bool | None]]:
    """Changes of types in tables in use, and whether each writes its table anew; None where it depends."""
    utc = False
    for statement in migration.up:
        for action in statement.all_actions():
            if isinstance(action, a.SetVariable) and action.name == "timezone":
                utc = (action.value or "").lower() in _UTC
            elif isinstance(action, a.AlterColumnType) and statement.in_use(action.table, action):
                schema = statement.schema_before(action)
                yield statement, action, type_change_rewrites(column(statement, action), action, schema, utc=utc)


def column(statement: Statement, action: a.AlterColumnType) -> Column | None:
    """The column as it is before."""
    table = statement.schema_before(action).table(action.table)
    return table.columns.get(action.column) if table else None
