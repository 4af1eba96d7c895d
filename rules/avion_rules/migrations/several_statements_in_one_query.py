"""Several statements in one query where the file was to run without a transaction."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Misread, Misreading
from avion_lint.sql.actions import TransactionControl
from avion_lint.subjects import Migration, Statement


@rule("MG109", subject=Migration)
def several_statements_in_one_query(migration: Migration) -> Iterator[Finding]:
    """Find statements that share a query, and so a transaction, in a goose file with NO TRANSACTION."""
    for misread in migration.file.misreadings:
        if misread.kind is Misread.SEVERAL_IN_CHUNK and _is_implicit(_sent_with(migration, misread)):
            message = (
                f"These statements run in one transaction in spite of NO TRANSACTION: {misread.detail}. "
                "When one fails all are undone, and nothing in it may run CONCURRENTLY."
            )
            remedy = "Put each statement on lines of its own, ended by `;` at the end of a line, outside of a block."
            yield migration.finding(misread.span, message, remedy)


def _sent_with(migration: Migration, misread: Misreading) -> list[Statement]:
    """Statements of the query that a misreading is about."""
    statements = (*migration.up, *migration.down)
    return [each for each in statements if each.chunk.span.start <= misread.span.start < each.chunk.span.end]


def _is_implicit(statements: list[Statement]) -> bool:
    """Whether the server makes a transaction of them by itself: the runner made none, and they open none."""
    opened = any(isinstance(action, TransactionControl) for each in statements for action in each.actions)
    return bool(statements) and not statements[0].section.transaction and not opened
