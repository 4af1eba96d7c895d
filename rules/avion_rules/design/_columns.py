"""Columns that a statement gives to tables, each with its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.source import Place, Span
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

_SERIALS = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}
_NUMBERED = {"serial2": "smallint", "serial4": "integer", "serial8": "bigint"}


@record
class Written:
    """A column as a statement writes it, or the type that it changes a column to."""

    statement: Statement
    action: a.CreateTable | a.AddColumn | a.AlterColumnType
    table: a.Name
    name: str
    type: a.Type
    place: Place

    @property
    def full_name(self) -> str:
        """Table and column, as exceptions name them."""
        return f"{self.table}.{self.name}"

    def finding(self, message: str, remedy: str) -> Finding:
        """A finding at the column."""
        return Finding(self.place, message, remedy, (), self.full_name)


def written(statement: Statement) -> Iterator[Written]:
    """Columns that are made or given another type, but for those of temporary tables."""
    for action in statement.all_actions():
        match action:
            case a.CreateTable(temporary=False, table=table, columns=columns):
                for column in columns:
                    place = _place(statement, action, column.name)
                    yield Written(statement, action, table, column.name, column.type, place)
            case a.AddColumn(table=table, column=column):
                yield Written(statement, action, table, column.name, column.type, statement.place_of(action))
            case a.AlterColumnType(table=table, column=name, type=given):
                yield Written(statement, action, table, name, given, statement.place_of(action))


def _place(statement: Statement, action: a.CreateTable, column: str) -> Place:
    """Where a column stands in its CREATE TABLE; the whole clause where it is not found."""
    text = statement.chunk.text[action.span.start : action.span.end]
    blank = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
    found = re.search(rf'[(,]{blank}("?{re.escape(column)}"?)\s', text, re.IGNORECASE | re.DOTALL)
    if found is None:
        return statement.place_of(action)
    start = action.span.start + found.start(1)
    return statement.place_at(Span(start, action.span.start + found.end(1)))


def serial_of(given: a.Type) -> str:
    """The integer type that a serial type stands for, "" for any other type."""
    return (_SERIALS | _NUMBERED).get(given.name, "")
