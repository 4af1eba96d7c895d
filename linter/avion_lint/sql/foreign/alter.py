"""The clauses of an ALTER TABLE, as sqlglot reads them, in the words of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import expressions as e

from avion_lint.record import record
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.foreign import columns as c

_CONSTRAINT_WORDS = {"CONSTRAINT", "FOREIGN KEY", "CHECK"}


def alter(expression: e.Alter, spans: Callable[[int], Span], span: Span) -> Iterator[a.Action]:
    """Actions of an ALTER, one or more a clause."""
    kind = str(expression.args.get("kind")).upper()
    if kind != "TABLE":
        yield a.Command(span, f"ALTER {kind}")
        return
    table = c.name_of(expression.this)
    clauses = expression.args.get("actions") or []
    for index, clause in enumerate(clauses):
        yield from _clause(_Clause(table, spans(index) if len(clauses) > 1 else span, clause))
    if not clauses:
        yield a.AlterTable(span, table, "Options")


@record
class _Clause:
    """One clause of an ALTER TABLE."""

    table: a.Name
    span: Span
    expression: e.Expr


def _clause(clause: _Clause) -> Iterator[a.Action]:
    table, span, given = clause.table, clause.span, clause.expression
    match given:
        case e.ColumnDef():
            yield a.AddColumn(span, table, c.column(given), bool(given.args.get("exists")))
        case e.Schema():
            yield from (a.AddColumn(span, table, c.column(item)) for item in given.find_all(e.ColumnDef))
        case e.Drop():
            yield from _drop_clause(clause, given)
        case e.AlterRename():
            yield a.Rename(span, a.ObjectKind.TABLE, table, c.name_of(given.this).name)
        case e.RenameColumn() | e.RenameIndex():
            kind = a.ObjectKind.COLUMN if isinstance(given, e.RenameColumn) else a.ObjectKind.INDEX
            yield a.Rename(span, kind, a.Name(None, given.this.name), given.args["to"].name, table)
        case e.ModifyColumn():
            yield from _modify(clause, given)
        case e.AlterColumn():
            yield from _alter_column(clause, given)
        case e.AddConstraint():
            yield from _add_constraint(clause, given)
        case e.Delete():
            yield a.Delete(span, table, c.keeps_all_rows(given), has_where=bool(given.args.get("where")))
        case _:
            yield a.AlterTable(span, table, type(given).__name__)


def _drop_clause(clause: _Clause, drop: e.Drop) -> Iterator[a.Action]:
    kind = str(drop.args.get("kind")).upper()
    exists, cascade = bool(drop.args.get("exists")), bool(drop.args.get("cascade"))
    for target in drop.args.get("tables") or ():
        if kind == "COLUMN":
            yield a.DropColumn(clause.span, clause.table, target.name, exists, cascade)
        elif kind in _CONSTRAINT_WORDS:
            yield a.DropConstraint(clause.span, clause.table, target.name, exists, cascade)
        elif kind in c.KINDS:
            yield a.Drop(clause.span, c.KINDS[kind], c.name_of(target), exists, cascade, table=clause.table)
        else:
            yield a.AlterTable(clause.span, clause.table, f"Drop{kind.title()}", detail=target.name)


def _modify(clause: _Clause, given: e.ModifyColumn) -> Iterator[a.Action]:
    column = c.column(given.this)
    old = given.args.get("rename_from")
    if old and old.name != column.name:
        name = a.Name(None, old.name)
        yield a.Rename(clause.span, a.ObjectKind.COLUMN, name, column.name, clause.table)
    yield a.AlterColumnType(clause.span, clause.table, column.name, column.type)


def _alter_column(clause: _Clause, given: e.AlterColumn) -> Iterator[a.Action]:
    column = given.this.name
    default = given.args.get("default")
    if isinstance(given.args.get("dtype"), e.DataType):
        yield a.AlterColumnType(clause.span, clause.table, column, c.type_of(given.args["dtype"]))
    elif default:
        yield a.SetDefault(clause.span, clause.table, column, c.expression(default))
    elif given.args.get("allow_null") is False:
        yield a.SetNotNull(clause.span, clause.table, column)
    elif given.args.get("drop") and given.args.get("allow_null"):
        yield a.DropNotNull(clause.span, clause.table, column)
    elif given.args.get("drop"):
        yield a.SetDefault(clause.span, clause.table, column, None)
    else:
        yield a.AlterTable(clause.span, clause.table, "AlterColumn", detail=column)


def _add_constraint(clause: _Clause, given: e.AddConstraint) -> Iterator[a.Action]:
    for item in given.expressions:
        if isinstance(item, e.IndexColumnConstraint):
            columns = tuple(c.index_column(key) for key in item.expressions)
            yield a.CreateIndex(clause.span, item.name or None, clause.table, columns)
        elif made := c.constraint(item):
            yield a.AddConstraint(clause.span, clause.table, made)
        else:
            yield a.AlterTable(clause.span, clause.table, "AddConstraint")
