"""Hash indexes."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("DE113", subject=Statement, on=(a.CreateIndex,))
def hash_index(statement: Statement) -> Iterator[Finding]:
    """Point out a hash index, which only finds equal values."""
    for index in statement.of(a.CreateIndex):
        if index.method == "hash":
            yield statement.finding(
                index,
                f"{index.index or 'The index'} finds only equal values: it cannot sort, search ranges, be unique or "
                "have several columns.",
                "Make it a btree, unless a measurement on the real data says otherwise.",
                object=index.index or index.table,
            )
