"""Statements that commit on their way: what they do in each of their transactions, and for whom they wait.

From the manual's "Building Indexes Concurrently" and ALTER TABLE … DETACH PARTITION, and from PostgreSQL's own code
(DefineIndex, ReindexRelationConcurrently, index_drop, ATExecDetachPartition).
"""

from __future__ import annotations

from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

_BUILD = (
    "enters the index, not yet valid, then waits for every transaction that has written to the table and is still open",
    "reads all rows and builds the index, then waits for such transactions again",
    "reads the table once more and adds what came meanwhile, then waits for every older snapshot of the database",
    "marks the index valid",
)
_REBUILD = (
    "enters a second index beside the old one, then waits for every transaction that has written to the table",
    "reads all rows and builds it, then waits for such transactions again",
    "reads the table once more and adds what came meanwhile, then waits for every older snapshot of the database",
    "gives it the old one's name, then waits for every transaction that uses the table",
    "marks the old index dead, waits for them once more, and drops it",
)
_DROP = (
    "marks the index as not to be used, then waits for every transaction that uses the table",
    "marks it dead and waits for such transactions once more",
    "drops it",
)
_DETACH = (
    "marks the partition as leaving, then waits for every transaction that uses the partitioned table",
    "locks the partition in ACCESS EXCLUSIVE mode and takes it out",
)


def phases_of(statement: Statement) -> tuple[str, ...]:
    """The phases of a statement, in order; empty for one that is a single transaction."""
    for action in statement.actions:
        match action:
            case a.CreateIndex(concurrently=True):
                return _BUILD
            case a.Reindex(concurrently=True):
                return _REBUILD
            case a.Drop(concurrently=True):
                return _DROP
            case a.DetachPartition(concurrently=True):
                return _DETACH
            case a.DoBlock(commits=True):
                return ("commits on its way: what it has locked until then is free again",)
    return ()
