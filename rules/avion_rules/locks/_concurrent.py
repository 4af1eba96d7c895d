"""Statements that say CONCURRENTLY: they block nobody, and cannot run inside a transaction."""

from __future__ import annotations

from avion_lint.sql import actions as a
from avion_lint.sql.effects import concurrent_words as concurrent_words  # noqa: PLC0414 - with its fellow from here


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


def waits_for_all(action: a.Action) -> bool:
    """Whether it waits for every older transaction, whatever that does.

    Measured with Flyway 11: DROP INDEX and DETACH PARTITION CONCURRENTLY wait only for users of their table.
    """
    return isinstance(action, a.CreateIndex | a.Reindex) and action.concurrently
