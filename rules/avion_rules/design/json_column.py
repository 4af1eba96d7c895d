"""Columns of type json."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.design._columns import written


@rule("DE108", subject=Statement, on=(a.CreateTable, a.AddColumn, a.AlterColumnType))
def json_column(statement: Statement) -> Iterator[Finding]:
    """Find a column of type json, which cannot be compared or indexed as jsonb can."""
    for column in written(statement):
        if column.type.name == "json":
            yield column.finding(
                f"{column.full_name} has no equality: DISTINCT, GROUP BY and UNION on it fail, and no GIN index "
                "helps to search it.",
                "Make it jsonb, unless the text must stay as it was written.",
            )
