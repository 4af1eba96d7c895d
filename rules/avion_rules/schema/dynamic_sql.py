"""DO blocks whose SQL is put together at run time."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("SC118", subject=Statement, on=(a.DoBlock,))
def dynamic_sql(statement: Statement) -> Iterator[Finding]:
    """Point out a DO block that runs SQL put together at run time, which no rule can judge."""
    for block in statement.actions:
        if isinstance(block, a.DoBlock) and block.dynamic:
            yield statement.finding(
                block,
                "Runs SQL that is put together at run time: no rule sees what it locks, changes or drops.",
                "Write the statements out where you can. Where not, say in the review which tables this is about.",
                object="DO",
            )
