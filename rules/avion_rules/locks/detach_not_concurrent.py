"""Partitions that are taken away while everybody waits."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._partitions import default_of
from avion_rules.locks._remedies import own_file

_CONCURRENTLY_SINCE = 14


@rule("LK122", subject=Statement, on=(a.DetachPartition,))
def detach_not_concurrent(statement: Statement) -> Iterator[Finding]:
    """Find a partition that is detached while every read and write of its table waits."""
    if statement.service.postgres < _CONCURRENTLY_SINCE:
        return
    for detach in statement.of(a.DetachPartition):
        if detach.concurrently or statement.is_new(detach.table, detach) or default_of(statement, detach.table):
            continue
        sql = f"ALTER TABLE {detach.table.sql} DETACH PARTITION {detach.partition.sql} CONCURRENTLY;"
        yield statement.finding(
            detach,
            f"Blocks every read and write to {detach.table} until the transaction ends, and first waits for every "
            "query that is still running on it.",
            own_file(statement.service, sql, recognised=False),
            object=detach.partition,
        )
