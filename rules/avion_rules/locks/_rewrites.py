"""Changes of types, and whether each writes its table anew: what effects tell, and what TimeZone UTC adds to that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.schema.model import Column
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Effect
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
                known = column(statement, action)
                old = known.type if known else None
                yield statement, action, type_change_rewrites(statement.effects(action), old, action, utc=utc)


_CLOCKS = {"timestamp without time zone", "timestamp with time zone"}


def type_change_rewrites(
    effects: Iterable[Effect], old: a.Type | None, change: a.AlterColumnType, *, utc: bool
) -> bool | None:
    """Whether some relation is written anew; None where it depends. `utc` tells that the session's TimeZone is UTC.

    Then a time has the same bytes with a time zone as without one (measured on PostgreSQL 12 to 18).
    """
    found = {effect.rewrite for effect in effects}
    if True in found:
        return True
    if utc and old is not None and not old.array and not change.using and {old.name, change.type.name} == _CLOCKS:
        return False
    return None if None in found else False


def column(statement: Statement, action: a.AlterColumnType) -> Column | None:
    """The column as it is before."""
    table = statement.schema_before(action).table(action.table)
    return table.columns.get(action.column) if table else None
