"""Indexes that are built while writers wait."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._index_sql import concurrent_build, partition_by_partition
from avion_rules.locks._remedies import own_file


@rule("LK101", subject=Statement, on=(a.CreateIndex,))
def index_not_concurrent(statement: Statement) -> Iterator[Finding]:
    """Find an index that is built while every write to its table waits."""
    for index in statement.of(a.CreateIndex):
        if index.concurrently or not _is_built(statement, index) or statement.is_new(index.table, index):
            continue
        partitioned = statement.is_partitioned(index.table)
        of_partitions = " and all its partitions" if partitioned else ""
        yield statement.finding(
            index,
            f"Blocks every write to {index.table}{of_partitions} while the index builds.",
            partition_by_partition(statement, index)
            if partitioned
            else own_file(statement.service, concurrent_build(statement, index), waits=True),
            object=index.table,
        )


def _is_built(statement: Statement, index: a.CreateIndex) -> bool:
    """Whether rows are read at all: not where it exists, nor for a partitioned table alone (ONLY)."""
    table = statement.table(index.table)
    if index.only and (table is None or table.partitioned):
        return False
    name = a.Name(table.name.schema if table else index.table.schema, index.index or "")
    return not (index.if_not_exists and statement.index(name))
