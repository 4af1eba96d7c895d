"""Columns of type timestamp without time zone."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.design._columns import written


@rule("DE105", subject=Statement, on=(a.CreateTable, a.AddColumn, a.AlterColumnType))
def timestamp_without_time_zone(statement: Statement) -> Iterator[Finding]:
    """Find a column of type timestamp, which does not tell the moment that it means."""
    for column in written(statement):
        if column.type.name == "timestamp without time zone":
            yield column.finding(
                f"{column.full_name} does not tell a moment: what it means depends on the time zone that the writer "
                "and the reader "
                "have in mind.",
                "Make it timestamptz. It takes the same space.",
            )
