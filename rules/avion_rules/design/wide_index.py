"""Indexes over many columns."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@record
class Options:
    """`columns`: how many an index may have."""

    columns: int = 3


@rule("DE112", subject=Statement, options=Options, on=(a.CreateIndex,))
def wide_index(statement: Statement, options: Options) -> Iterator[Finding]:
    """Point out an index over many columns that makes nothing unique."""
    for index in statement.of(a.CreateIndex):
        if len(index.columns) > options.columns and not index.unique:
            yield statement.finding(
                index,
                f"{index.index or 'The index'} has {len(index.columns)} columns: it is large, every change of one of "
                "them has to keep it up to date, and the later ones seldom narrow a search.",
                "Keep the columns that queries search by; what they only read can stand in INCLUDE.",
                object=index.index or index.table,
            )
