"""Columns whose new type makes the server write the whole table anew."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.locks._clauses import table_sql
from avion_rules.locks._rewrites import column, type_changes
from avion_rules.locks._two_steps import NEXT


@rule("LK115", subject=Migration, on=(a.AlterColumnType,), by_size=True)
def column_type_rewrites(migration: Migration) -> Iterator[Finding]:
    """Find a change of a column's type that writes the whole table anew while every read and write of it waits."""
    for statement, change, rewrites in type_changes(migration):
        if rewrites is False:
            continue
        yield statement.finding(
            change,
            f"Blocks every read and write of {change.table} while the table and its indexes are written anew"
            f"{'' if rewrites else _unless(statement, change)}.",
            _remedy(statement, change),
            object=f"{change.table}.{change.column}",
        )


_TIMESTAMPS = {"timestamp with time zone", "timestamp without time zone"}


def _unless(statement: Statement, change: a.AlterColumnType) -> str:
    """The condition under which nothing is written."""
    known = column(statement, change)
    old = known.type if known else None
    if old and {old.name, change.type.name} == _TIMESTAMPS and not change.using:
        return ", unless the session's TimeZone is UTC"
    if old is None:
        return f", unless {change.column}, whose type is not known here, is stored as {change.type} is"
    return f", unless {old} is stored as {change.type} is"


_STRINGS = {"text", "character varying"}


def _remedy(statement: Statement, change: a.AlterColumnType) -> str:
    known = column(statement, change)
    old, new = known.type if known else None, change.type
    table, name = table_sql(statement, change.table), a.identifier(change.column)
    if old and {old.name, new.name} == _TIMESTAMPS and not new.modifiers and not change.using:
        return (
            "If the values without a time zone are meant as UTC, which is then all that changes, say so in front; "
            "nothing is written then:\nSET LOCAL timezone = 'UTC';"
        )
    if old and old.name in _STRINGS and new.name == "character varying" and new.modifiers and not change.using:
        check = a.identifier(f"{change.table.name}_{change.column}_length")
        return (
            "Leave the type and limit the length with a CHECK, validated in the next migration, while reads and "
            f"writes go on:\nALTER TABLE {table} ADD CONSTRAINT {check} CHECK (length({name}) <= {new.modifiers[0]}) "
            "NOT VALID;\n"
            f"{NEXT}\nALTER TABLE {table} VALIDATE CONSTRAINT {check};"
        )
    beside = a.identifier(f"{change.column}_new")
    return (
        f"Add a column of the new type, have the application or a trigger write both, fill it in batches, and change "
        f"over in a later release:\nALTER TABLE {table} ADD COLUMN {beside} {new};"
    )
