"""Deletions of every row of a table."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.data._batches import delete_in_batches


@rule("DA102", subject=Statement, any_database=True, on=(a.Delete,))
def whole_table_delete(statement: Statement) -> Iterator[Finding]:
    """Find a deletion of every row of a table in one statement."""
    for delete in statement.of(a.Delete):
        if delete.whole and statement.in_use(delete.table, delete):
            yield statement.finding(
                delete,
                f"Deletes every row of {delete.table} in one transaction: they are lost, and whatever writes to one of "
                "them waits until it ends.",
                "Say in a WHERE which rows go. If all may go: " + delete_in_batches(statement, delete.table),
                object=delete.table,
            )
