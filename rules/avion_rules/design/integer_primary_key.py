"""Primary keys of a type that runs out of numbers."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement
from avion_rules.design._columns import Written, serial_of, written

_MOST = {"smallint": "32767", "integer": "2147483647"}


@rule("DE109", subject=Statement, on=(a.CreateTable, a.AddColumn, a.AlterColumnType))
def integer_primary_key(statement: Statement) -> Iterator[Finding]:
    """Find a primary key of type integer or smallint that is numbered, and so runs out of numbers one day."""
    for column in written(statement):
        kind = serial_of(column.type) or column.type.name
        if kind in _MOST and _is_numbered(column) and _is_primary(column):
            yield column.finding(
                f"{column.full_name} runs out of numbers at {_MOST[kind]}; every insert then fails, and the way to "
                "bigint "
                "writes the whole table anew.",
                "Make it bigint GENERATED ALWAYS AS IDENTITY.",
            )


def _is_numbered(column: Written) -> bool:
    """Whether a sequence hands out its values."""
    match column.action:
        case a.CreateTable(columns=columns):
            definition = next(each for each in columns if each.name == column.name)
        case a.AddColumn(column=definition):
            pass
        case _:
            return False
    called = definition.default.functions if definition.default else ()
    return definition.identity or bool(serial_of(column.type)) or "nextval" in called


def _is_primary(column: Written) -> bool:
    match column.action:
        case a.CreateTable(columns=columns, constraints=constraints):
            made = [*(each for one in columns for each in one.constraints), *constraints]
        case a.AddColumn(column=definition):
            made = list(definition.constraints)
        case _:
            return False
    return any(each.kind is ConstraintKind.PRIMARY_KEY and each.columns == (column.name,) for each in made)
