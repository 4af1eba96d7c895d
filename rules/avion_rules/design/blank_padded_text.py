"""Columns of type char(n)."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.design._columns import written


@rule("DE103", subject=Statement, on=(a.CreateTable, a.AddColumn, a.AlterColumnType))
def blank_padded_text(statement: Statement) -> Iterator[Finding]:
    """Find a column of type char(n), which fills up every value with blanks."""
    for column in written(statement):
        if column.type.name == "character" and not column.type.array:
            yield column.finding(
                f"{column.full_name} fills up every value with blanks and still refuses longer ones; char(n) saves "
                "no space.",
                f"Make it text, with CHECK (length({column.name}) = {(column.type.modifiers or (1,))[0]}) where the "
                "length matters.",
            )
