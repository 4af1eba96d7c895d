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
        tables = [table for table in emptied.tables if statement.in_use(table, emptied)]
        if tables:
            yield statement.finding(
                emptied,
                f"Takes every row of {_listed(tables)} away{_cascade(emptied)}{_blocking(statement, tables)}.",
                "If the rows may go, use DELETE"
                f"{', for one table after another' if len(tables) > 1 else ''}. "
                + delete_in_batches(statement, tables[0]),
                object=tables[0],
            )


def _listed(tables: list[a.Name]) -> str:
    names = [str(table) for table in tables]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _blocking(statement: Statement, tables: list[a.Name]) -> str:
    if statement.service.dialect is not Dialect.POSTGRESQL:
        return ""
    them = "them" if len(tables) > 1 else "it"
    return f", and blocks every read and write to {them} until the transaction ends"


def _cascade(emptied: a.Truncate) -> str:
    return ", and every row of all tables that refer to it" if emptied.cascade else ""
