"""The way back of one action, as SQL made of the schema before it, or a comment that says what is lost."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import replace
from avion_lint.schema.model import Schema, Table
from avion_lint.schema.printing.definitions import constraint_sql, default_sql, index_sql, relation, type_sql
from avion_lint.schema.printing.sql import as_sql
from avion_lint.schema.printing.statements import statement_of
from avion_lint.schema.printing.tables import columns_sql
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._clauses import constraint_name

_KIND = a.ObjectKind
_QUIET = (a.SetVariable, a.TransactionControl, a.ValidateConstraint, a.CommentOn, a.LockTable, a.Vacuum, a.RefreshView)
_OF_TABLE = {_KIND.TRIGGER, _KIND.POLICY, _KIND.RULE}


def undo(statement: Statement, action: a.Action) -> Iterator[str]:  # noqa: C901, PLR0912 - one a case
    """Lines that undo an action; a comment where that cannot be done by a statement that is sure."""
    before = statement.schema_before(action)
    match action:
        case a.CreateTable() | a.CreateView() if action.temporary:
            return
        case a.CreateTable(table=name):
            yield _dropped("TABLE", name, there=before.table(name) is not None)
        case a.CreateView(view=name, materialized=materialized):
            kind = _KIND.MATERIALIZED_VIEW if materialized else _KIND.VIEW
            yield from _unmade(before, kind, name)
        case a.CreateIndex():
            yield from _index(statement, action, before)
        case a.CreateType(type=name):
            yield from _unmade(before, _KIND.TYPE, name)
        case a.CreateTrigger(trigger=trigger, table=table):
            yield from _unmade(before, _KIND.TRIGGER, a.Name(None, trigger), table)
        case a.CreateObject(kind=kind, name=name, table=table):
            yield from _unmade(before, kind, name, table)
        case a.AddColumn() | a.DropColumn() | a.AddConstraint() | a.DropConstraint():
            yield from _part(statement, action, before)
        case a.SetNotNull() | a.DropNotNull() | a.SetDefault() | a.AlterColumnType():
            yield from _column(action, before)
        case a.Rename():
            yield _renamed(action)
        case a.Drop():
            yield from _made_again(action, before)
        case a.AddEnumValue(type=name, value=value):
            yield f"-- Stays: the value '{value}' of {name}; PostgreSQL takes no value out of an enum."
        case a.Insert(table=table) | a.Update(table=table) | a.Delete(table=table):
            yield f"-- Not undone: rows of {table} were changed in line {_line(statement, action)}."
        case a.Truncate(tables=tables):
            yield f"-- Not undone: the rows of {', '.join(map(str, tables))} are gone."
        case _ if not isinstance(action, _QUIET):
            yield f"-- Not undone: what line {_line(statement, action)} does."


def _line(statement: Statement, action: a.Action) -> int:
    return statement.place_of(action).start.line


def _dropped(kind: str, name: a.Name, *, there: bool) -> str:
    return f"-- Stays: {kind.lower()} {name}, which was there before." if there else f"DROP {kind} {name.sql};"


def _unmade(before: Schema, kind: _KIND, name: a.Name, table: a.Name | None = None) -> Iterator[str]:
    """Drop an object, or bring its former self back where it was replaced."""
    former = before.thing(kind, name, table)
    if former is not None:
        text = statement_of(former)
        again = (
            text.replace("CREATE ", "CREATE OR REPLACE ", 1) if text and " OR REPLACE " not in text.upper() else text
        )
        known = bool(text) and kind in (_KIND.VIEW, _KIND.FUNCTION)
        yield f"{again};" if known else f"-- Not undone: {kind} {name} was there before and was replaced."
    elif kind is _KIND.EXTENSION:
        yield f"-- Stays: extension {name}, which others may use."
    elif kind is _KIND.OTHER:
        yield f"-- Not undone: {name} was made."
    elif kind in _OF_TABLE and table:
        yield f"DROP {kind.upper()} {name.sql} ON {table.sql};"
    else:
        yield f"DROP {kind.upper()} {name.sql};"


def _index(statement: Statement, index: a.CreateIndex, before: Schema) -> Iterator[str]:
    if index.index is None:
        yield f"-- Not undone: the index of line {_line(statement, index)}, whose name PostgreSQL chooses."
        return
    name = a.Name(index.table.schema, index.index)
    if before.index(name) is not None:
        yield _dropped("INDEX", name, there=True)
        return
    yield f"DROP INDEX {'' if statement.section.transaction else 'CONCURRENTLY IF EXISTS '}{name.sql};"


_Part = a.AddColumn | a.DropColumn | a.AddConstraint | a.DropConstraint


def _part(statement: Statement, action: _Part, before: Schema) -> Iterator[str]:
    """Undo what is done to a column or a constraint as a whole."""
    table = before.table(action.table)
    alter = f"ALTER TABLE {action.table.sql}"
    match action:
        case a.AddColumn(column=made):
            there = table is not None and made.name in table.columns
            kept = f"-- Stays: column {action.table}.{made.name}, which was there before."
            yield kept if there else f"{alter} DROP COLUMN {a.identifier(made.name)};"
        case a.AddConstraint():
            yield f"{alter} DROP CONSTRAINT {a.identifier(constraint_name(statement, action))};"
        case a.DropColumn(column=name):
            yield from _column_again(table, name, alter)
        case a.DropConstraint(constraint=name):
            former = table.constraints.get(name) if table else None
            text = constraint_sql(former) if former else "?"
            lost = f"-- Not undone: what constraint {name} of {action.table} said is not known."
            yield lost if "?" in text else f"{alter} ADD CONSTRAINT {a.identifier(name)} {text};"


def _column_again(table: Table | None, name: str, alter: str) -> Iterator[str]:
    column = table.columns.get(name) if table else None
    if table is None or column is None:
        yield f"-- Not undone: the type of the dropped column {name} is not known."
        return
    line = next(columns_sql(replace(table, columns={name: replace(column, not_null=False)})))
    if "?" in line:
        yield f"-- Not undone: not all is known of the dropped column {name}."
        return
    yield f"-- Comes back empty: what {name} held is gone{', and it was NOT NULL' if column.not_null else ''}."
    yield f"{alter} ADD COLUMN {line};"


_Changed = a.SetNotNull | a.DropNotNull | a.SetDefault | a.AlterColumnType


def _column(action: _Changed, before: Schema) -> Iterator[str]:
    """Undo what is changed of a column."""
    table = before.table(action.table)
    column = table.columns.get(action.column) if table else None
    alter = f"ALTER TABLE {action.table.sql} ALTER COLUMN {a.identifier(action.column)}"
    if column is None:
        if isinstance(action, a.SetNotNull):
            yield f"{alter} DROP NOT NULL;"
        else:
            yield f"-- Not undone: what {action.table}.{action.column} was before is not known."
        return
    match action:
        case a.SetNotNull() if not column.not_null:
            yield f"{alter} DROP NOT NULL;"
        case a.DropNotNull() if column.not_null:
            yield f"{alter} SET NOT NULL;"
        case a.SetDefault():
            former = default_sql(column)
            yield f"{alter} {f'SET DEFAULT {former}' if former and former != '?' else 'DROP DEFAULT'};"
        case a.AlterColumnType():
            yield f"{alter} TYPE {type_sql(column.type)};"


def _renamed(action: a.Rename) -> str:
    new, old = a.identifier(action.new_name), a.identifier(action.name.name)
    table = action.table.sql if action.table else ""
    match action.kind:
        case _KIND.COLUMN | _KIND.CONSTRAINT:
            return f"ALTER TABLE {table} RENAME {action.kind.upper()} {new} TO {old};"
        case _KIND.ENUM_VALUE | _KIND.ATTRIBUTE | _KIND.OTHER:
            return f"-- Not undone: the new name of {action.name}."
        case kind if kind in _OF_TABLE:
            return f"ALTER {kind.upper()} {new} ON {table} RENAME TO {old};"
    return f"ALTER {action.kind.upper()} {a.Name(action.name.schema, action.new_name).sql} RENAME TO {old};"


def _made_again(drop: a.Drop, before: Schema) -> Iterator[str]:
    """The statements that make a dropped object again, without what it held."""
    match drop.kind:
        case _KIND.INDEX:
            index = before.index(drop.name)
            text = index_sql(index) if index else "?"
            yield f"{text};" if "?" not in text else f"-- Not undone: what index {drop.name} was is not known."
        case _KIND.TABLE:
            yield from _table_again(drop.name, before)
        case kind:
            former = before.thing(kind, drop.name, drop.table)
            text = statement_of(former) if former else ""
            yield f"{text};" if text else f"-- Not undone: what {kind} {drop.name} was is not known."


def _table_again(name: a.Name, before: Schema) -> Iterator[str]:
    table = before.table(name)
    if table is None or table.partitioned or table.partition_of:
        yield f"-- Not undone: what table {name} was is not known."
        return
    keys = {key: made for key, made in table.constraints.items() if made.references}
    bare = replace(table, constraints={key: made for key, made in table.constraints.items() if key not in keys})
    alone = Schema()
    alone.tables[table.name] = bare
    alone.indexes.update({index.name: index for index in before.indexes_of(name)})
    written = as_sql(alone)
    if written.missing:
        yield f"-- Not undone: not all is known of table {name}."
        return
    yield f"-- Comes back empty: the rows of {name} are gone."
    yield from (line for line in written.text.strip().split("\n") if line and not line.startswith("SET "))
    for key, made in keys.items():
        yield f"ALTER TABLE {relation(table.name)} ADD CONSTRAINT {a.identifier(key)} {constraint_sql(made)};"
