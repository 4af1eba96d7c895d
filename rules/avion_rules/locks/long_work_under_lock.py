"""Changes of many rows while the same transaction keeps everybody waiting."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Lock
from avion_lint.subjects import Migration, Statement
from avion_rules._transactions import transactions
from avion_rules.locks._waits import Wait, blocking


@rule("LK130", subject=Migration, on=(a.Update, a.Delete, a.Insert, a.CreateTable), by_size=True)
def long_work_under_lock(migration: Migration) -> Iterator[Finding]:
    """Find a change of many rows that runs while the same transaction keeps reads and writes of a table waiting."""
    for group in transactions(migration):
        if _is_one_query(group):
            continue  # several-statements-in-one-query tells it
        lock: Wait | None = None
        for statement in group:
            work = next(_work(statement), None) if lock else None
            if lock and work:
                yield _finding(statement, work, lock)
                break  # the others move along with the first
            lock = lock or _exclusive(statement)


def _is_one_query(group: tuple[Statement, ...]) -> bool:
    """Whether nothing but goose's sending them together makes a transaction of them."""
    return group[0].service.runner is Runner.GOOSE and len(group) > 1 and not group[-1].in_transaction


def _exclusive(statement: Statement) -> Wait | None:
    """The first lock of a statement that blocks reads as well."""
    return next((wait for wait in blocking(statement) if wait.effect.lock is Lock.ACCESS_EXCLUSIVE), None)


def _work(statement: Statement) -> Iterator[a.Update | a.Delete | a.Insert | a.CreateTable]:
    """Changes that may go on for long: of many rows of a table in use, or copies of such a table."""
    for action in statement.all_actions():
        match action:
            case a.Update(many=True) | a.Delete(many=True) if statement.in_use(action.table, action):
                yield action
            case a.Insert() | a.CreateTable() if any(statement.in_use(read, action) for read in action.copies):
                yield action


def _finding(statement: Statement, work: a.Action, lock: Wait) -> Finding:
    relation = lock.effect.relation
    return statement.finding(
        work,
        f"Every read and write of {relation} waits while this runs, however many rows it is about: the transaction has "
        f"locked {relation} before, and gives it free only when it ends.",
        _remedy(statement),
        related=(Related(lock.statement.place_of(lock.action), f"locks {relation} until the transaction ends"),),
        object=relation,
    )


def _remedy(statement: Statement) -> str:
    after = "goose commits" if statement.service.runner is Runner.GOOSE else "Flyway commits"
    return f"Move this statement, and what builds upon it, into a later migration: {after} after every file."
