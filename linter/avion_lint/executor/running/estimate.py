"""How long migrations will take and how much they will write anew, from the sizes of tables; pure."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.judgement.by_size import size_of, tasks
from avion_lint.record import record
from avion_lint.sql import actions as a
from avion_lint.stats.model import Stats, TableStats
from avion_lint.stats.rates import Range, Task, seconds
from avion_lint.subjects import Migration, Statement

_LEAST = 0.05  # seconds that a statement takes that does next to nothing


@record
class Estimate:
    """At least and at most so many seconds; `rewritten` are the bytes of tables and indexes that are written anew.

    `unknown` are tables that are worked on and whose size is not known.
    """

    seconds: Range
    rewritten: int = 0
    unknown: tuple[str, ...] = ()


def estimate(migrations: Iterable[Migration], stats: Stats) -> Estimate:
    """Add up the work of all Up sections; waiting for locks is not in it."""
    total, rewritten = Range(0, 0), 0
    unknown: set[str] = set()
    for statement in (statement for migration in migrations for statement in migration.up):
        total += Range(0, _LEAST)
        for task, name, indexes in _work(statement):
            table = size_of(name, statement, stats)
            taken = seconds(task, table, indexes) if table else None
            if taken is None or table is None:
                unknown |= {str(name)} if statement.in_use(name) else set()
                continue
            total += taken
            rewritten += _bytes(table) if task is Task.REWRITE else 0
    return Estimate(total, rewritten, tuple(sorted(unknown)))


def _work(statement: Statement) -> Iterable[tuple[Task, a.Name, int]]:
    for action in statement.all_actions():
        if not isinstance(action, a.DoBlock):
            yield from tasks(statement, action)


def _bytes(table: TableStats) -> int:
    return (table.bytes or 0) + (table.index_bytes or 0)
