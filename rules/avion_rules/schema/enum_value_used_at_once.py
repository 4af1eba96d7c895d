"""Enum values that are used before they are committed."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.schema.model import Column, Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Literal, Migration, Statement
from avion_rules._transactions import transactions


@rule("SC110", subject=Migration, on=(a.AddEnumValue,))
def enum_value_used_at_once(migration: Migration) -> Iterator[Finding]:
    """Find an enum value that is used in the transaction that adds it."""
    for group in transactions(migration):
        added: list[_Added] = []
        made: set[a.Name] = set()
        for statement in group:
            yield from _uses(statement, added)
            made |= {action.type for action in statement.of(a.CreateType)}
            added += (_Added(statement, action) for action in _additions(statement, made))


@record
class _Added:
    """An ALTER TYPE … ADD VALUE that is not committed yet."""

    statement: Statement
    action: a.AddEnumValue


_SAFE_IN_NEW_TYPE = 17


def _additions(statement: Statement, made: set[a.Name]) -> Iterator[a.AddEnumValue]:
    """New values; from PostgreSQL 17 on those of a type that the same transaction makes may be used at once."""
    for action in statement.of(a.AddEnumValue):
        thing = statement.schema_before(action).thing(a.ObjectKind.TYPE, action.type)
        exists = thing is not None and action.value in (thing.values or ())
        if not exists and not (action.type in made and statement.service.postgres >= _SAFE_IN_NEW_TYPE):
            yield action


def _uses(statement: Statement, added: list[_Added]) -> Iterator[Finding]:
    """The first use of each value in a statement."""
    told: set[a.AddEnumValue] = set()
    literals = statement.literals if added else ()
    for action, literal in literals:
        for each in added:
            if each.action not in told and each.action.value == literal.value and _is_of(statement, literal, each):
                told.add(each.action)
                yield _finding(statement, action, each)


def _is_of(statement: Statement, literal: Literal, added: _Added) -> bool:
    """Whether the constant is of the enum: cast to it, or meant for columns that are all of that type."""
    if literal.type is not None:
        return _is_named(literal.type, added.action.type)
    types = tuple(_types(statement, literal))
    return bool(types) and all(_is_named(name, added.action.type) for name in types)


def _types(statement: Statement, literal: Literal) -> Iterator[str]:
    """Types of the columns that a constant may be meant for; "" for one that is not known."""
    for name in literal.tables:
        table = statement.table(name)
        column = _column(table, literal.column, first=name == literal.tables[0]) if table else None
        if column is not None:
            yield column.type.name if column.type else ""


def _column(table: Table, wanted: str | int | None, *, first: bool) -> Column | None:
    """The column of that name; a number counts the columns of the table that an INSERT is about, the first named."""
    if isinstance(wanted, int):
        columns = tuple(table.columns.values())
        return columns[wanted] if first and wanted < len(columns) else None
    return table.columns.get(wanted or "")


def _is_named(written: str, type_name: a.Name) -> bool:
    schema, _, name = written.rpartition(".")
    return name == type_name.name and (not schema or type_name.schema in (None, schema))


def _finding(statement: Statement, action: a.Action | None, added: _Added) -> Finding:
    value = added.action.value.replace("'", "''")
    return statement.finding(
        action,
        f"Fails with SQLSTATE 55P04: the value '{value}' of {added.action.type} cannot be used before the transaction "
        "that adds it is committed.",
        _remedy(statement, added),
        related=(Related(added.statement.place_of(added.action), "the value is added here, in the same transaction"),),
        object=added.action.type,
    )


def _remedy(statement: Statement, added: _Added) -> str:
    value = added.action.value.replace("'", "''")
    first = f"ALTER TYPE {added.action.type.sql} ADD VALUE IF NOT EXISTS '{value}';"
    each = "file" if statement.service.runner is Runner.GOOSE else "file (unless `group` is set)"
    return (
        f"Add the value in an earlier migration of its own; the runner commits after every {each}, and the value can "
        f"be used in the next:\n{first}"
    )
