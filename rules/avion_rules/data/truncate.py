"""TRUNCATE."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Dialect, Statement
from avion_rules.data._batches import delete_in_batches


@rule("DA105", subject=Statement, any_database=True, on=(a.Truncate,))
def truncate(statement: Statement) -> Iterator[Finding]:
    """Find a table that is emptied by TRUNCATE."""
    for emptied in statement.of(a.Truncate):
        for table in emptied.tables:
            if statement.in_use(table, emptied):
                yield statement.finding(
                    emptied,
                    f"Takes every row of {table} away{_cascade(emptied)}{_blocking(statement)}.",
                    "If the rows may go, use DELETE. " + delete_in_batches(statement, table),
                    object=table,
                )


def _blocking(statement: Statement) -> str:
    if statement.service.dialect is not Dialect.POSTGRESQL:
        return ""
    return ", and blocks every read and write to it until the transaction ends"


def _cascade(emptied: a.Truncate) -> str:
    return ", and every row of all tables that refer to it" if emptied.cascade else ""
