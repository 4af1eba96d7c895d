"""Concurrent statements about the indexes of partitioned tables, which know no CONCURRENTLY."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._index_sql import partition_by_partition


@rule("SC113", subject=Statement, down=True, on=(a.CreateIndex, a.Drop))
def concurrent_on_partitioned(statement: Statement) -> Iterator[Finding]:
    """Find an index of a partitioned table that is built or dropped concurrently, which PostgreSQL refuses."""
    for index in statement.of(a.CreateIndex):
        exists = index.if_not_exists and index.index and statement.index(a.Name(index.table.schema, index.index))
        if index.concurrently and statement.is_partitioned(index.table) and not exists:
            remedy = partition_by_partition(statement, index)
            yield _finding(statement, index, index.table, "built", remedy)
    for drop in statement.of(a.Drop):
        known = statement.index(drop.name) if drop.kind is a.ObjectKind.INDEX and drop.concurrently else None
        if known and statement.is_partitioned(known.table):
            yield _finding(statement, drop, known.table, "dropped", _plain_drop(drop))


def _finding(statement: Statement, action: a.CreateIndex | a.Drop, table: a.Name, done: str, remedy: str) -> Finding:
    known = statement.table(table)
    origin = known.origin if known else None
    return statement.finding(
        action,
        f"Fails with SQLSTATE 0A000: {table} is partitioned, and its indexes cannot be {done} concurrently.",
        remedy,
        related=(Related(origin.place, f"{table} was made here"),) if origin else (),
        object=action.name if isinstance(action, a.Drop) else action.index or table,
    )


def _plain_drop(drop: a.Drop) -> str:
    return (
        "Drop it without CONCURRENTLY, in a migration that runs in a transaction and does not wait for long:\n"
        f"SET LOCAL lock_timeout = '3s';\nDROP INDEX IF EXISTS {drop.name.sql};"
    )
