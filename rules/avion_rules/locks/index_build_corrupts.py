"""Concurrent index builds on the first releases of PostgreSQL 14."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

_AFFECTED = 14


@rule("LK135", subject=Statement, on=(a.CreateIndex, a.Reindex))
def index_build_corrupts(statement: Statement) -> Iterator[Finding]:
    """Point out a concurrent index build for PostgreSQL 14, whose releases before 14.4 may lose rows in it."""
    if statement.service.postgres != _AFFECTED:
        return
    for action in statement.all_actions():
        if isinstance(action, a.CreateIndex | a.Reindex) and action.concurrently:
            name = action.table if isinstance(action, a.CreateIndex) else action.name
            yield statement.finding(
                action,
                "On PostgreSQL 14.0 to 14.3 the new index may lack rows that are changed while it builds, and "
                "queries then "
                "miss them.",
                "See with SHOW server_version that every server has 14.4 or later. Indexes from before: check them "
                "with "
                "the extension amcheck, or build them anew.",
                object=name or "",
            )
