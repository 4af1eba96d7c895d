"""CREATE INDEX CONCURRENTLY IF NOT EXISTS, which takes a broken index for a good one."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.locks._rerun import Known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard


@rule("LK109", subject=Migration)
def invalid_index_hidden(migration: Migration) -> Iterator[Finding]:
    """Find an index build that a second run skips although the first one failed."""
    known = Known()
    for statement in migration.up:
        for action in statement.actions:
            if _is_hidden(action) and not known.clears(action):
                yield _finding(statement, action)
            known.note(action)


def _is_hidden(action: a.Action) -> TypeGuard[a.CreateIndex]:
    return isinstance(action, a.CreateIndex) and action.concurrently and action.if_not_exists


def _finding(statement: Statement, index: a.CreateIndex) -> Finding:
    return statement.finding(
        index,
        f"When this build fails, it leaves {index.index} behind as an invalid index, which no query uses; the next "
        "run sees the name, builds nothing and counts as success.",
        "Clear the way with a statement before it, and leave IF NOT EXISTS out:\n"
        f"DROP INDEX CONCURRENTLY IF EXISTS {_qualified(index)};",
        object=index.index or index.table,
    )


def _qualified(action: a.CreateIndex) -> str:
    """Name of the index as DROP INDEX needs it: it lives in its table's schema."""
    return a.Name(action.table.schema, action.index or "").sql
