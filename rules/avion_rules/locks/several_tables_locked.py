"""Transactions that lock one table after another."""

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


@rule("LK133", subject=Migration)
def several_tables_locked(migration: Migration) -> Iterator[Finding]:
    """Find a transaction that keeps reads of a table waiting while it waits for a lock on another one."""
    for group in transactions(migration):
        if len({wait.effect.relation for statement in group for wait in blocking(statement)}) < 2:  # noqa: PLR2004
            continue
        held: dict[a.Name, Wait] = {}
        for statement in group:
            locked = {_family(statement, wait): wait for wait in _exclusive(statement)}
            new = [wait for name, wait in locked.items() if name not in held]
            if held and new:
                yield _finding(statement, new[0], held)
                break  # the others move along with the first
            held |= locked


def _exclusive(statement: Statement) -> Iterator[Wait]:
    """Locks on tables that nobody can read beside."""
    for wait in blocking(statement):
        if wait.effect.lock is Lock.ACCESS_EXCLUSIVE and not _is_other(statement, wait.effect.relation):
            yield wait


def _is_other(statement: Statement, name: a.Name) -> bool:
    """Whether it is a view or a sequence, which change together with their tables."""
    kinds = (a.ObjectKind.VIEW, a.ObjectKind.SEQUENCE)
    return any(statement.schema.thing(kind, name) for kind in kinds)


def _family(statement: Statement, wait: Wait) -> a.Name:
    """The table that a partition belongs to, or the table itself."""
    name = wait.effect.relation
    table = statement.table(name)
    return table.partition_of if table and table.partition_of else table.name if table else name


def _finding(statement: Statement, wait: Wait, held: dict[a.Name, Wait]) -> Finding:
    names = [str(name) for name in held]
    others = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    ends = "goose commits" if statement.service.runner is Runner.GOOSE else "Flyway commits"
    return statement.finding(
        wait.action,
        f"Nobody can read or write {others} while this waits for its lock on {wait.effect.relation}; a transaction "
        "that "
        "uses them in another order deadlocks with this one.",
        f"Give each table a migration of its own: {ends} after every file.",
        related=tuple(Related(each.statement.place_of(each.action), f"locks {name}") for name, each in held.items()),
        object=wait.effect.relation,
    )
