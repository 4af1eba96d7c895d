"""Statements that say CONCURRENTLY: they block nobody, and cannot run inside a transaction."""

from __future__ import annotations

from avion_lint.sql import actions as a
from avion_lint.sql.effects import concurrent_words as concurrent_words  # noqa: PLC0414 - with its fellow from here
from avion_lint.subjects import Statement


def object_of(action: a.Action) -> str:
    """Name what a concurrent statement is about: the index, the table where it has no name, the partition."""
    match action:
        case a.CreateIndex(index=None, table=name):
            return str(name)
        case a.CreateIndex(index=str() as index):
            return index
        case a.Drop(name=name) | a.Reindex(name=a.Name() as name) | a.DetachPartition(partition=name):
            return str(name)
    return ""


def made_concurrent(statement: Statement, action: a.Action) -> bool:
    """Whether another rule tells to make it concurrent (or that it fails); not on partitioned tables."""
    match action:
        case a.CreateIndex(table=table):
            return not statement.is_partitioned(table)
        case a.Drop(kind=a.ObjectKind.INDEX, name=name):
            index = statement.schema_before(action).index(name)
            return index is None or index.constraint or not statement.is_partitioned(index.table)
        case a.Reindex(kind="index" | "table" | "schema" | "database"):
            return True
    return False


def waits_for_all(action: a.Action) -> bool:
    """Whether it waits for every older transaction, whatever that does.

    Measured with Flyway 11: DROP INDEX and DETACH PARTITION CONCURRENTLY wait only for users of their table.
    """
    return isinstance(action, a.CreateIndex | a.Reindex) and action.concurrently
