"""Concurrent statements that the server will refuse."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._concurrent import concurrent_words, object_of, waits_for_all
from avion_rules.locks._obstacle import because, obstacle
from avion_rules.locks._remedies import lock_off, way_out


@rule("LK104", subject=Statement, on=(a.CreateIndex, a.Drop, a.Reindex, a.DetachPartition), down=True)
def concurrent_in_transaction(statement: Statement) -> Iterator[Finding]:
    """Find a concurrent statement that fails because it runs inside a transaction."""
    for action in statement.all_actions():
        words = concurrent_words(action)
        found = obstacle(statement, action) if words else None
        if found:
            yield statement.finding(
                action,
                f"Fails with SQLSTATE 25001: {words} cannot run inside a transaction, and {because(statement, found)}.",
                way_out(statement, found) + (lock_off(statement.service) if waits_for_all(action) else ""),
                object=object_of(action),
            )
