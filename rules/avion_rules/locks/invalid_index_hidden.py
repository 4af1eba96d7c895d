"""CREATE INDEX CONCURRENTLY IF NOT EXISTS, which takes a broken index for a good one."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.locks._rerun import Known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard


@rule("LK109", subject=Migration, on=(a.CreateIndex,))
def invalid_index_hidden(migration: Migration) -> Iterator[Finding]:
    """Find an index build that a second run skips although the first one failed."""
    if not any(_is_hidden(index) for statement in migration.up for index in statement.of(a.CreateIndex)):
        return
    known = Known()
    hidden: list[tuple[Statement, a.CreateIndex]] = []
    for statement in migration.up:
        for action in statement.actions:
            if _is_hidden(action) and not known.clears(action):
                hidden.append((statement, action))
            known.note(action)
    if hidden:
        yield _finding(*hidden[0], hidden[1:])


def _is_hidden(action: a.Action) -> TypeGuard[a.CreateIndex]:
    return isinstance(action, a.CreateIndex) and action.concurrently and action.if_not_exists


def _finding(statement: Statement, index: a.CreateIndex, others: list[tuple[Statement, a.CreateIndex]]) -> Finding:
    drops = [
        f"DROP INDEX CONCURRENTLY IF EXISTS {_qualified(each)};" for each in (index, *(made for _, made in others))
    ]
    before = "each" if others else "it"
    return statement.finding(
        index,
        f"When this build fails, it leaves {index.index} behind as an invalid index, which no query uses; the next "
        f"run sees the name, builds nothing and counts as success.{_so_do(others)}",
        f"Clear the way with a statement before {before}, and leave IF NOT EXISTS out:\n" + "\n".join(drops),
        related=tuple(Related(where.place_of(made), "the same") for where, made in others),
        object=index.index or index.table,
    )


def _so_do(others: list[tuple[Statement, a.CreateIndex]]) -> str:
    match len(others):
        case 0:
            return ""
        case 1:
            return f" So does the build of {others[0][1].index}."
        case more:
            return f" So do {more} more builds of this file."


def _qualified(action: a.CreateIndex) -> str:
    """Name of the index as DROP INDEX needs it: it lives in its table's schema."""
    return a.Name(action.table.schema, action.index or "").sql
