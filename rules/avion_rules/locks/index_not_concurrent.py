"""Indexes that are built while writers wait."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Index
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._index_sql import concurrent_build, partition_by_partition
from avion_rules.locks._remedies import own_file


@rule("LK101", subject=Statement, on=(a.CreateIndex,), by_size=True)
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
            partition_by_partition(statement, index) if partitioned else _own_file(statement, index),
            object=index.table,
        )


def _own_file(statement: Statement, index: a.CreateIndex) -> str:
    before = _is_taken_over(statement, index)
    return own_file(statement.service, concurrent_build(statement, index), waits=True, before=before)


def _is_taken_over(statement: Statement, index: a.CreateIndex) -> bool:
    """Whether a constraint further down in the file is made of the index (ADD … USING INDEX)."""
    below = statement.file.document.text[statement.place.span.end :]
    words = " ".join(below.translate(_BLANKS).lower().split())
    return index.index is not None and f" using index {index.index.lower()} " in f" {words} "


_BLANKS = str.maketrans(dict.fromkeys('";,()', " "))


def _is_built(statement: Statement, index: a.CreateIndex) -> bool:
    """Whether rows are read at all: not where it exists, nor for a partitioned table alone (ONLY)."""
    table = statement.table(index.table)
    if index.only and (table is None or table.partitioned):
        return False
    if table is not None and table.partitioned and _is_in_partitions(statement, index):
        return False
    name = a.Name(table.name.schema if table else index.table.schema, index.index or "")
    return not (index.if_not_exists and statement.index(name))


def _is_in_partitions(statement: Statement, index: a.CreateIndex) -> bool:
    """Whether every partition has such an index already: the server takes those over and builds nothing."""
    schema = statement.schema_before(index)
    leaves = [table for table in schema.children(index.table) if not table.partitioned]
    return bool(leaves) and all(any(_fits(own, index) for own in schema.indexes_of(leaf.name)) for leaf in leaves)


def _fits(own: Index, index: a.CreateIndex) -> bool:
    plain = own.plain and index.plain and not own.partial and not index.partial and None not in index.columns
    return plain and own.columns == index.columns and own.method == index.method and own.unique == index.unique
