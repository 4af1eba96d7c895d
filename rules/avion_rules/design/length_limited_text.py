"""Columns of type varchar(n)."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.design._columns import written


@rule("DE104", subject=Statement, on=(a.CreateTable, a.AddColumn, a.AlterColumnType))
def length_limited_text(statement: Statement) -> Iterator[Finding]:
    """Point out a column of type varchar(n), whose limit is awkward to lower later."""
    for column in written(statement):
        if column.type.name == "character varying" and column.type.modifiers and not column.type.array:
            yield column.finding(
                f"{column.full_name} takes at most {column.type.modifiers[0]} characters; to lower that limit later, "
                "the whole table is "
                "written anew while everybody waits.",
                f"Make it text, with CHECK (length({column.name}) <= {column.type.modifiers[0]}), which can be "
                "replaced without blocking.",
            )
