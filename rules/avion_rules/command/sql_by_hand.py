"""Tables and rows that are changed past the migrations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from avion_lint.delivery.by_hand import HandStatement
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_rules.command._sql import changing, keeper, locked
from avion_rules.command._words import is_local, is_test, short

_SETS_UP = pattern(r"init|seed|setup|bootstrap|fixture|bench|docker-entrypoint|install|provision")


@rule("SH105", subject=Run)
def sql_by_hand(run: Run) -> Iterator[Finding]:
    """Find SQL that changes tables or rows past the migrations."""
    if is_test(run) or (run.workflow is None and run.manifest is None and _SETS_UP.search(run.path.lower())):
        return
    for _, group in groupby(run.by_hand, key=lambda each: id(each.act)):
        found = [each for each in group if changing(each) and not keeper(each) and not is_local(each.act)]
        if found:
            yield _finding(run, found)


def _finding(run: Run, found: list[HandStatement]) -> Finding:
    first = found[0]
    more = f" {len(found) - 1} more statements follow." if len(found) > 1 else ""
    more = " One more statement follows." if len(found) == 2 else more  # noqa: PLR2004 - one more than the first
    return run.finding(
        first.place,
        f"Changes the database past its migrations: `{short(first.place, 60)}` {_effect(first)}. No other environment "
        f"gets the change, and the next migration may not fit.{more}",
        "Write it as the next migration, which is reviewed, tried and recorded: `goose create NAME sql`, or "
        "`V<next>__<name>.sql` for Flyway.",
    )


def _effect(statement: HandStatement) -> str:
    lock = locked(statement)
    action = changing(statement)
    if isinstance(action, a.Update | a.Delete):
        return f"changes rows of {action.table} without a trace"
    if lock is None:
        return "makes what no migration knows of"
    relation, mode = lock
    blocks = f", which blocks {mode.blocks}" if mode.blocks else ""
    return f"takes {mode.value} on {relation}{blocks}"
