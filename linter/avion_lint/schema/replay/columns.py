"""Columns: added, altered, dropped."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Column, Origin, Table
from avion_lint.schema.replay.constraints import add_constraint
from avion_lint.schema.replay.draft import DEPRECATED_SUFFIX, Draft, is_view
from avion_lint.schema.replay.indexes import drop_index
from avion_lint.schema.replay.sequences import drop_owned, own_sequence
from avion_lint.schema.replay.views import drop_views
from avion_lint.sql import actions as a


def made_column(draft: Draft, definition: a.ColumnDefinition, origin: Origin, table: a.Name) -> Column:
    """Make the column that a definition gives in a table of that name, with the sequence that it needs."""
    serial = definition.type.name in _SERIALS
    numbered = serial or definition.identity
    return Column(
        definition.name,
        definition.type,
        definition.not_null or numbered,
        a.Expression(("nextval",)) if serial else definition.default,
        definition.generated,
        definition.identity,
        origin,
        deprecated=origin if definition.name.endswith(DEPRECATED_SUFFIX) else None,
        sequence=own_sequence(draft, table, definition.name, origin) if numbered else None,
        reads=definition.reads,
        collation=definition.collation,
        expression=definition.expression,
        always=definition.always,
    )


_SERIALS = ("serial", "bigserial", "smallserial", "serial4", "serial8", "serial2")


def add_column(draft: Draft, action: a.AddColumn, origin: Origin) -> None:
    """Add a column, with its constraints; a child that has it already keeps its own."""
    table = draft.table(action.table)
    if action.column.name in table.columns:
        return
    added = made_column(draft, action.column, origin, table.name)
    draft.put(replace(table, columns={**table.columns, added.name: added}))
    for constraint in action.column.constraints:
        add_constraint(draft, draft.tables[table.name], constraint, origin)


def drop_column(draft: Draft, action: a.DropColumn, _origin: Origin) -> None:
    """Drop a column, with the constraints, indexes and sequences that need it; with CASCADE what else does."""
    remove_column(draft, draft.table(action.table), action.column, cascade=action.cascade)


def remove_column(draft: Draft, table: Table, column: str, *, cascade: bool) -> None:
    """Take a column out of a table, as drop_column does."""
    if cascade:
        drop_views(draft, table.name, column)
        _drop_references(draft, table.name, column)
        table = draft.table(table.name)
    kept = {name: made for name, made in table.columns.items() if name != column and column not in made.reads}
    constraints = {name: made for name, made in table.constraints.items() if column not in made.columns}
    draft.put(replace(table, columns=kept, constraints=constraints))
    for index in draft.indexes_of(table.name):
        if column in index.uses or column in index.columns:
            drop_index(draft, index.name)
    drop_owned(draft, table.name, column)


def _drop_references(draft: Draft, table: a.Name, column: str) -> None:
    """Drop the foreign keys of others that refer to a column."""
    key = next((made.columns for made in draft.table(table).constraints.values() if made.kind is _PRIMARY), ())
    for other in draft.tables.about(table):
        kept = {
            name: made
            for name, made in other.constraints.items()
            if made.references != table or column not in (made.referenced_columns or key)
        }
        if len(kept) < len(other.constraints):
            draft.put(replace(other, constraints=kept))


_PRIMARY = a.ConstraintKind.PRIMARY_KEY


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
    if is_view(draft, action.table):
        return
    table, column = _column(draft, action.table, action.column)
    _put(draft, table, replace(column, default=action.default))


def fill(draft: Draft, action: a.Update, origin: Origin) -> None:
    """Note which columns of a known table an UPDATE fills; of other tables it says nothing."""
    table = draft.tables.get(draft.name(action.table))
    if table is None:
        return
    filled = {name: replace(table.columns[name], filled=origin) for name in action.columns if name in table.columns}
    if filled:
        draft.put(replace(table, columns={**table.columns, **filled}))


def _column(draft: Draft, name: a.Name, column: str) -> tuple[Table, Column]:
    table = draft.table(name)
    return table, table.columns.get(column) or Column(column, None)


def _put(draft: Draft, table: Table, column: Column) -> None:
    draft.put(replace(table, columns={**table.columns, column.name: column}))


def alter_value(draft: Draft, action: a.AlterTable, origin: Origin) -> None:
    """Make a column an identity column, or take away what gives it its value."""
    table = draft.table(action.table)
    column = table.columns.get(action.detail)
    if column is None:
        return
    if action.form == "DropExpression":
        column = replace(column, generated="", reads=(), expression=None)
    elif action.form == "AddIdentity":
        sequence = own_sequence(draft, table.name, column.name, origin)
        column = replace(column, identity=True, sequence=sequence, always=action.always)
    else:
        drop_owned(draft, table.name, column.name)
        column = replace(column, identity=False, sequence=None)
    _put(draft, table, column)
