"""Columns of type money."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.design._columns import written


@rule("DE106", subject=Statement, on=(a.CreateTable, a.AddColumn, a.AlterColumnType))
def money_type(statement: Statement) -> Iterator[Finding]:
    """Find a column of type money, whose digits and currency depend on a setting of the server."""
    for column in written(statement):
        if column.type.name == "money":
            yield column.finding(
                f"How {column.full_name} is read and shown depends on lc_monetary of the server, and it has no "
                "currency.",
                "Make it numeric, for instance numeric(12, 2), and keep the currency in a column of its own.",
            )
