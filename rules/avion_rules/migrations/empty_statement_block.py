"""Empty StatementBegin blocks, with which goose loses the statement that follows."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Misread
from avion_lint.subjects import Migration


@rule("MG106", subject=Migration, on=(Misread.EMPTY_BLOCK_SWALLOWS,), any_database=True)
def empty_statement_block(migration: Migration) -> Iterator[Finding]:
    """Find an empty StatementBegin block, which makes goose drop the SQL after it."""
    for misread in migration.file.misreadings:
        if misread.kind is Misread.EMPTY_BLOCK_SWALLOWS:
            message = f"This SQL never runs, and goose reports success: {misread.detail}."
            remedy = "Remove the empty block, or put its statement between the two lines."
            yield migration.finding(misread.span, message, remedy)
