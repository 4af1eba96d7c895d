"""Timeouts that are set and limit nothing."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import Kind, Runner
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.locks._waits import Wait, waits

# The callbacks that run on the migrations' own connection (measured with Flyway 11).
_SEEN = "beforeEachMigrate"
_TIMEOUTS = {
    "lock_timeout",
    "statement_timeout",
    "idle_in_transaction_session_timeout",
    "transaction_timeout",
}


@rule("LK126", subject=Migration, on=(a.SetVariable,))
def timeout_without_effect(migration: Migration) -> Iterator[Finding]:
    """Find a timeout that limits nothing: set outside a transaction, to 0, or after the lock is taken."""
    name = migration.path.rpartition("/")[2]
    if migration.kind is Kind.CALLBACK and _only_sets(migration) and not name.startswith(_SEEN):
        yield _elsewhere(migration)
        return
    found = tuple(waits(migration.up))
    for at, statement in enumerate(migration.up):
        for action in statement.actions:
            if isinstance(action, a.SetVariable) and action.name in _TIMEOUTS and action.value is not None:
                yield from _judge(statement, action, _around(migration, at, found))


def _only_sets(migration: Migration) -> bool:
    """Whether a callback does nothing but set timeouts, so that they are meant for the migrations."""
    actions = [action for statement in migration.up for action in statement.actions]
    return bool(actions) and all(isinstance(each, a.SetVariable) and each.name in _TIMEOUTS for each in actions)


def _elsewhere(migration: Migration) -> Finding:
    statement = migration.up[0]
    return statement.finding(
        statement.actions[0],
        "Does nothing for the migrations: Flyway runs this callback on another connection than theirs.",
        "Set it on their connection: name the file beforeEachMigrate.sql, which Flyway runs in each migration's own "
        "session, or put the SET into `flyway.initSql`.",
        object=migration.path.rpartition("/")[2],
    )


def _around(migration: Migration, at: int, found: tuple[Wait, ...]) -> tuple[Wait | None, Wait | None]:
    """The last wait before a statement in the same transaction, and the first after it that its setting is for."""
    order = {id(each): number for number, each in enumerate(migration.up)}
    until = next((n for n, each in enumerate(migration.up) if n > at and _sets_lock_timeout(each)), len(migration.up))
    before = [wait for wait in found if order[id(wait.statement)] < at]
    after = [wait for wait in found if at < order[id(wait.statement)] < until]
    return before[-1] if before else None, after[0] if after else None


def _sets_lock_timeout(statement: Statement) -> bool:
    return any(action.name == "lock_timeout" for action in statement.of(a.SetVariable))


def _judge(statement: Statement, action: a.SetVariable, around: tuple[Wait | None, Wait | None]) -> Iterator[Finding]:
    before, after = around
    endless = action.value is not None and action.value.strip().rstrip("msinhd ") in ("0", "")
    if action.local and not statement.in_transaction and not statement.shares_chunk:
        yield _outside(statement, action)
    elif action.name != "lock_timeout":
        return
    elif endless and after:
        yield _endless(statement, action, after)
    elif before and not after and not endless and not before.is_limited:
        yield _late(statement, action, before)


def _outside(statement: Statement, action: a.SetVariable) -> Finding:
    sql = f"SET {action.name} = '{action.value}';"
    if statement.service.runner is Runner.GOOSE:
        parameter = f"`{action.name}={action.value}`"
        remedy = (
            f"Set it where goose connects, {parameter} among the parameters of GOOSE_DBSTRING, since outside a "
            "transaction every statement may get another connection. Or put it on the line of the statement that it is "
            f"for, so that both are sent as one query:\n{sql} …"
        )
    else:
        remedy = f"Set it for the session; Flyway runs the whole file in one:\n{sql}"
    return statement.finding(
        action,
        f"Does nothing: this runs outside a transaction, where SET LOCAL only gives a warning and {action.name} stays "
        "as it was.",
        remedy,
        object=action.name,
    )


def _endless(statement: Statement, action: a.SetVariable, after: Wait) -> Finding:
    relation = after.effect.relation
    return statement.finding(
        action,
        f"Switches the limit off: a lock_timeout of 0 lets a later statement wait for {relation} without end, while "
        f"{after.effect.lock.blocks} to {relation} queues up behind it.",
        f"SET {'LOCAL ' if statement.in_transaction else ''}lock_timeout = '3s';",
        related=(Related(after.statement.place_of(after.action), f"waits for {relation}"),),
        object=action.name,
    )


def _late(statement: Statement, action: a.SetVariable, before: Wait) -> Finding:
    relation = before.effect.relation
    return statement.finding(
        action,
        f"Comes too late: the lock on {relation} was waited for before, without limit, and no later statement waits "
        "for one.",
        "Make it the first statement of the file.",
        related=(Related(before.statement.place_of(before.action), f"waits for {relation}"),),
        object=action.name,
    )
