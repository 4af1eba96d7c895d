"""Columns: added, altered, dropped."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Column, Origin, Table
from avion_lint.schema.replay.constraints import add_constraint
from avion_lint.schema.replay.draft import DEPRECATED_SUFFIX, Draft
from avion_lint.schema.replay.drops import drop_views
from avion_lint.sql import actions as a


def made_column(definition: a.ColumnDefinition, origin: Origin, table: a.Name) -> Column:
    """Make the column that a definition gives in a table of that name."""
    serial = definition.type.name in _SERIALS
    default = a.Expression(("nextval",)) if serial else definition.default
    return Column(
        definition.name,
        definition.type,
        definition.not_null or serial or definition.identity,
        default,
        definition.generated,
        definition.identity,
        origin,
        deprecated=origin if definition.name.endswith(DEPRECATED_SUFFIX) else None,
        sequence=_sequence(table, definition.name) if serial or definition.identity else None,
        reads=definition.reads,
        collation=definition.collation,
        expression=definition.expression,
        always=definition.always,
    )


_SERIALS = ("serial", "bigserial", "smallserial", "serial4", "serial8", "serial2")


def _sequence(table: a.Name, column: str) -> a.Name:
    """Name that PostgreSQL chooses for the sequence of a serial or identity column, where it is free."""
    return a.Name(table.schema, f"{table.name}_{column}_seq")


def add_column(draft: Draft, action: a.AddColumn, origin: Origin) -> None:
    """Add a column, with its constraints."""
    table = draft.table(action.table)
    if action.if_not_exists and action.column.name in table.columns:
        return
    added = made_column(action.column, origin, table.name)
    table = replace(table, columns={**table.columns, added.name: added})
    draft.put(table)
    for constraint in action.column.constraints:
        add_constraint(draft, draft.tables[table.name], constraint, origin)


def drop_column(draft: Draft, action: a.DropColumn, _origin: Origin) -> None:
    """Drop a column, with the constraints and indexes that need it."""
    table = draft.table(action.table)
    if action.cascade:
        drop_views(draft, table.name, action.column)
    kept = {name: column for name, column in table.columns.items() if name != action.column}
    constraints = {name: made for name, made in table.constraints.items() if action.column not in made.columns}
    draft.put(replace(table, columns=kept, constraints=constraints))
    for index in draft.indexes.about(table.name):
        if index.table == table.name and action.column in index.columns:
            del draft.indexes[index.name]


def change_type(draft: Draft, action: a.AlterColumnType, _origin: Origin) -> None:
    """Give a column another type and, with it, another collation."""
    table, column = _column(draft, action.table, action.column)
    _put(draft, table, replace(column, type=action.type, collation=action.collation))


def change_null(draft: Draft, action: a.SetNotNull | a.DropNotNull, _origin: Origin) -> None:
    """Forbid or allow NULL in a column."""
    table, column = _column(draft, action.table, action.column)
    _put(draft, table, replace(column, not_null=type(action) is a.SetNotNull))


def change_default(draft: Draft, action: a.SetDefault, _origin: Origin) -> None:
    """Set or drop the default of a column."""
    table, column = _column(draft, action.table, action.column)
    _put(draft, table, replace(column, default=action.default))


def _column(draft: Draft, name: a.Name, column: str) -> tuple[Table, Column]:
    table = draft.table(name)
    return table, table.columns.get(column) or Column(column, None)


def _put(draft: Draft, table: Table, column: Column) -> None:
    draft.put(replace(table, columns={**table.columns, column.name: column}))


def alter_value(draft: Draft, action: a.AlterTable, _origin: Origin) -> None:
    """Make a column an identity column, or take away what gives it its value."""
    table = draft.table(action.table)
    column = table.columns.get(action.detail)
    if column is None:
        return
    if action.form == "DropExpression":
        column = replace(column, generated="", reads=(), expression=None)
    else:
        made = action.form == "AddIdentity"
        sequence = _sequence(table.name, column.name) if made else None
        column = replace(column, identity=made, sequence=sequence)
    draft.put(replace(table, columns={**table.columns, column.name: column}))
