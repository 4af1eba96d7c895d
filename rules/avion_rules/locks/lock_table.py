"""LOCK TABLE."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Lock
from avion_lint.subjects import Statement


@rule("LK128", subject=Statement, on=(a.LockTable,))
def lock_table(statement: Statement) -> Iterator[Finding]:
    """Find a LOCK TABLE that keeps reads or writes waiting until the transaction ends."""
    for lock in statement.of(a.LockTable):
        if _is_refused(statement, lock):
            yield statement.finding(
                lock,
                "Fails with SQLSTATE 25P01: LOCK TABLE works only in a transaction, and this runs outside one.",
                "Leave it out: every statement takes the lock that it needs.",
                object=lock.tables[0],
            )
            continue
        blocked = Lock(lock.mode).blocks
        used = [table for table in lock.tables if blocked and statement.in_use(table, lock)]
        if used:
            names = ", ".join(map(str, used))
            yield statement.finding(
                lock,
                f"Blocks {blocked} to {names} until the transaction ends, however long the statements after it take.",
                "Leave it out where you can: every statement takes the lock that it needs, when it needs it. Otherwise "
                "set a lock_timeout before it, and do nothing in this transaction that takes long.",
                object=used[0],
            )


def _is_refused(statement: Statement, lock: a.LockTable) -> bool:
    outside = not statement.in_transaction and not statement.shares_chunk
    return outside and not statement.within_block(lock)
