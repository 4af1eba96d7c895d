"""Statements that wait for Flyway's own transaction."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.locks._concurrent import concurrent_words, object_of, waits_for_all
from avion_rules.locks._obstacle import obstacle


@rule("LK108", subject=Migration, on=(a.CreateIndex, a.Reindex, a.Vacuum))
def transactional_lock(migration: Migration) -> Iterator[Finding]:
    """Find a statement that waits for ever, for the transaction in which Flyway holds its own lock."""
    service = migration.service
    if service.runner is not Runner.FLYWAY or service.transactional_lock is False:
        return
    waiting = next(_waiting(migration), None)
    if waiting is None:
        return
    statement, action, words = waiting
    yield statement.finding(
        action,
        f"Hangs for ever: {words} waits until Flyway's other connection ends its transaction, in which "
        "Flyway holds its lock, and Flyway waits for this statement.",
        "Set `flyway.postgresql.transactional.lock=false` (in flyway.conf, in flyway.toml, or as "
        "FLYWAY_POSTGRESQL_TRANSACTIONAL_LOCK in the environment): Flyway then holds its lock outside a "
        "transaction. It cannot be set for one file. If it is set where avion-lint cannot see it, say so in "
        "avion-lint.yaml: `flyway: {postgresqlTransactionalLock: false}`.",
        object=object_of(action) or words,
    )


def _waiting(migration: Migration) -> Iterator[tuple[Statement, a.Action, str]]:
    """Statements that reach the server outside a transaction and then wait, with their names."""
    for statement in migration.up:
        for action in statement.actions:
            words = _waits(action)
            if words and obstacle(statement, action) is None:
                yield statement, action, words


def _waits(action: a.Action) -> str:
    """Name a statement that waits for all older transactions, or for all readers of catalogs and history table."""
    match action:
        case a.CreateIndex() | a.Reindex() if waits_for_all(action):
            return concurrent_words(action)
        case a.Reindex(kind="database" | "system" as kind):
            return f"REINDEX {kind.upper()}"
        case a.Vacuum(tables=(), full=True):
            return "VACUUM FULL of the whole database"
    return ""
