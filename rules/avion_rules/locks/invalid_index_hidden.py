"""CREATE INDEX CONCURRENTLY IF NOT EXISTS, which takes a broken index for a good one."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.locks._rerun import is_cleared


@rule("LK109", subject=Migration)
def invalid_index_hidden(migration: Migration) -> Iterator[Finding]:
    """Find an index build that a second run skips although the first one failed."""
    for at, statement in enumerate(migration.up):
        for action in statement.actions:
            if not isinstance(action, a.CreateIndex) or not (action.concurrently and action.if_not_exists):
                continue
            if action.index is None or _is_cleared(action, migration.up[:at]):
                continue
            name = _qualified(action)
            yield statement.finding(
                action,
                f"When this build fails, it leaves {action.index} behind as an invalid index, which no query "
                "uses; the next run sees the name, builds nothing and counts as success.",
                "Clear the way with a statement before it, and leave IF NOT EXISTS out:\n"
                f"DROP INDEX CONCURRENTLY IF EXISTS {name};",
                object=action.index,
            )


def _is_cleared(index: a.CreateIndex, before: tuple[Statement, ...]) -> bool:
    return is_cleared(index, (action for statement in before for action in statement.actions))


def _qualified(action: a.CreateIndex) -> str:
    """Name of the index as DROP INDEX needs it: it lives in its table's schema."""
    return a.Name(action.table.schema, action.index or "").sql
