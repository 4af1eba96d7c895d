"""Tables that are emptied by a crash."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("DE114", subject=Statement, on=(a.CreateTable,))
def unlogged_table(statement: Statement) -> Iterator[Finding]:
    """Find an unlogged table, which is empty after a crash and on every replica."""
    for table in statement.of(a.CreateTable):
        if table.unlogged:
            yield statement.finding(
                table,
                f"{table.table} is empty after a crash of the server, and on every replica: nothing of it is logged.",
                "Leave UNLOGGED out, unless its rows can be made again at any time.",
                object=table.table,
            )
