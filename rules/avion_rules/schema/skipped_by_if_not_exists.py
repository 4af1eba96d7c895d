"""IF NOT EXISTS that does nothing, because something else is there under that name."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.schema.comparable import may_refer, stored
from avion_lint.schema.model import Index, Origin, Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("SC116", subject=Statement, on=(a.CreateTable, a.AddColumn, a.CreateIndex))
def skipped_by_if_not_exists(statement: Statement) -> Iterator[Finding]:
    """Find an IF NOT EXISTS that does nothing because something different has that name."""
    for action in statement.all_actions():
        match action:
            case a.CreateTable(if_not_exists=True):
                yield from _table(statement, action)
            case a.AddColumn(if_not_exists=True):
                yield from _column(statement, action)
            case a.CreateIndex(if_not_exists=True, index=str()):
                yield from _index(statement, action)


def _table(statement: Statement, action: a.CreateTable) -> Iterator[Finding]:
    known = statement.schema_before(action).table(action.table)
    if known is None or not _is_whole(known) or action.like or action.query or action.partition_of:
        return
    missing = [column.name for column in action.columns if column.name not in known.columns]
    other = [column.name for column in action.columns if _differs(known, column)]
    if missing or other:
        what = f"has no {', '.join(missing)}" if missing else f"has another {', '.join(other)}"
        yield _finding(statement, action, f"the table {action.table} that is there already {what}", known.origin)


def _is_whole(table: Table) -> bool:
    """Whether all columns of the table are known."""
    return table.origin is not None and bool(table.columns) and not table.inherits


def _column(statement: Statement, action: a.AddColumn) -> Iterator[Finding]:
    known = statement.schema_before(action).table(action.table)
    column = known.columns.get(action.column.name) if known else None
    if known and column and column.origin and _differs(known, action.column):
        had = f"{action.table}.{column.name} is {column.type} already"
        yield _finding(statement, action, had, column.origin)


def _differs(table: Table, column: a.ColumnDefinition) -> bool:
    known = table.columns.get(column.name)
    if known is None or known.type is None:
        return False
    wanted, had = column.type, known.type
    if may_refer(wanted, had) is None:
        return False  # a type of the migrations' own, which may have been renamed since
    return (stored(wanted), wanted.modifiers) != (stored(had), had.modifiers)


def _index(statement: Statement, action: a.CreateIndex) -> Iterator[Finding]:
    schema = statement.schema_before(action)
    table = schema.table(action.table)
    known = schema.indexes.get(a.Name(table.name.schema, action.index or "")) if table else None
    if table is None or known is None or known.origin is None:
        return
    what = _other_index(known, action, table)
    if what:
        yield _finding(statement, action, f"the index {action.index} that is there already {what}", known.origin)


def _other_index(known: Index, action: a.CreateIndex, table: Table) -> str:
    """What is different about the index that has the name, "" where nothing is."""
    if known.table != table.name:
        return f"is on {known.table}"
    if None not in (*known.columns, *action.columns) and known.columns != action.columns:
        return f"is on ({', '.join(column or '' for column in known.columns)})"
    if known.unique != action.unique:
        return "is unique" if known.unique else "is not unique"
    return ""


def _finding(statement: Statement, action: a.Action, because: str, origin: Origin | None) -> Finding:
    return statement.finding(
        action,
        f"Does nothing, and reports success: {because}.",
        "Leave IF NOT EXISTS out where the name should be free, or change what is there with ALTER.",
        related=(Related(origin.place, "made here"),) if origin else (),
        object=getattr(action, "table", ""),
    )
