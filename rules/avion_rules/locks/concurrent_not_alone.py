"""Concurrent statements that leave a file half applied when they fail."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.locks._concurrent import concurrent_words, object_of
from avion_rules.locks._rerun import first_concurrent, first_that_stops


@rule("LK105", subject=Migration, down=True, on=(a.CreateIndex, a.Drop, a.Reindex, a.DetachPartition))
def concurrent_not_alone(migration: Migration) -> Iterator[Finding]:
    """Find a concurrent statement that shares its file, so that a failure leaves the file half applied."""
    for statements in (migration.up, migration.down):
        found = first_concurrent(statements)
        if found is None or statements[0].section.transaction:
            continue
        stop = first_that_stops(statements)
        if stop is None:
            continue
        statement, action = found
        words = concurrent_words(action)
        yield statement.finding(
            action,
            f"{words} makes this file run outside a transaction: when a later statement fails, what is done "
            f"stays done, and {_second_run(migration, stop)}.",
            f"Put {words} into a migration of its own. Where statements stay together, write each so that it "
            "can run twice: with IF EXISTS or IF NOT EXISTS, and with DROP INDEX CONCURRENTLY IF EXISTS "
            "before CREATE INDEX CONCURRENTLY.",
            related=(Related(stop.place, "cannot be done twice"),),
            object=object_of(action),
        )


def _second_run(migration: Migration, stop: Statement) -> str:
    line = stop.place.start.line
    if migration.service.runner is Runner.GOOSE:
        return f"the next run begins again and repeats line {line}, which cannot be done twice"
    return (
        f"Flyway refuses to go on until `repair` has run; a second run then repeats line {line}, which "
        "cannot be done twice"
    )
