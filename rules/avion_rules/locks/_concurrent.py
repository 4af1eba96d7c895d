"""Statements that say CONCURRENTLY: they block nobody, and cannot run inside a transaction."""

from __future__ import annotations

from avion_lint.sql import actions as a


def concurrent_words(action: a.Action) -> str:
    """Name the concurrent statement as the manual does; "" for every other action."""
    match action:
        case a.CreateIndex(concurrently=True):
            return "CREATE INDEX CONCURRENTLY"
        case a.Drop(concurrently=True):
            return "DROP INDEX CONCURRENTLY"
        case a.Reindex(concurrently=True, kind=kind):
            return f"REINDEX {kind.upper()} CONCURRENTLY"
        case a.DetachPartition(concurrently=True):
            return "DETACH PARTITION … CONCURRENTLY"
    return ""


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
