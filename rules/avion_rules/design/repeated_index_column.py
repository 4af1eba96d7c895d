"""Indexes that name a column twice."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("DE111", subject=Statement, on=(a.CreateIndex,))
def repeated_index_column(statement: Statement) -> Iterator[Finding]:
    """Find an index that names a column twice."""
    for index in statement.of(a.CreateIndex):
        if index.plain and len(set(index.columns)) < len(index.columns) and None not in index.columns:
            yield statement.finding(
                index,
                f"{index.index or 'The index'} names a column twice: the second one takes space and finds nothing "
                "more.",
                "Leave it out, or name the column that was meant.",
                object=index.index or index.table,
            )
