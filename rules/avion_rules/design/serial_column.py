"""Columns of type serial, bigserial and smallserial."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.design._columns import serial_of, written


@rule("DE107", subject=Statement, on=(a.CreateTable, a.AddColumn, a.AlterColumnType))
def serial_column(statement: Statement) -> Iterator[Finding]:
    """Find a column of a serial type, where an identity column is simpler to own and to grant."""
    for column in written(statement):
        if serial_of(column.type):
            yield column.finding(
                f"The sequence of {column.full_name} has rights of its own, which must be granted as well, and any "
                "INSERT may give a "
                "value beside it.",
                f"Make it {serial_of(column.type)} GENERATED ALWAYS AS IDENTITY.",
            )
