"""Strong locks that are waited for without limit."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Effect, Lock
from avion_lint.subjects import Migration, Statement
from avion_rules.locks._concurrent import concurrent_words


@rule("LK106", subject=Migration)
def missing_lock_timeout(migration: Migration) -> Iterator[Finding]:
    """Find a lock that queues up everybody behind it because nothing limits the wait for it."""
    if migration.service.lock_timeout:
        return
    waits = tuple(_waits(migration))
    if not waits:
        return
    first = waits[0]
    yield first.statement.finding(
        first.action,
        f"Waits without limit for a lock on {first.effect.relation}: as long as one query holds it up, "
        f"{first.effect.lock.blocks} to {first.effect.relation} queues up behind it.{_others(waits)}",
        _remedy(first.statement),
        object=first.effect.relation,
    )


@record
class _Wait:
    """A statement that may wait without limit, and for what."""

    statement: Statement
    action: a.Action
    effect: Effect


def _waits(migration: Migration) -> Iterator[_Wait]:
    """One a statement: the strongest lock on a relation in use that nothing limits the wait for."""
    held: dict[a.Name, Lock] = {}
    for statement in migration.up:
        if not statement.in_transaction:
            held.clear()
        found = [wait for wait in _blocking(statement) if _is_stronger(wait.effect, held)]
        held |= {wait.effect.relation: wait.effect.lock for wait in found}
        if found and not statement.session.has_lock_timeout and not _sets_one(statement):
            yield max(found, key=lambda wait: _STRENGTH.index(wait.effect.lock))


_STRENGTH = tuple(Lock)


def _is_stronger(effect: Effect, held: dict[a.Name, Lock]) -> bool:
    """Whether the transaction does not hold as much already: what it holds it need not wait for."""
    lock = held.get(effect.relation)
    return lock is None or _STRENGTH.index(effect.lock) > _STRENGTH.index(lock)


def _blocking(statement: Statement) -> Iterator[_Wait]:
    for action in statement.all_actions():
        if isinstance(action, a.DoBlock) or concurrent_words(action):
            continue
        for effect in statement.effects(action):
            if effect.lock.blocks and statement.in_use(effect.relation, action):
                yield _Wait(statement, action, effect)


def _sets_one(statement: Statement) -> bool:
    """Whether a DO block sets a lock_timeout itself."""
    settings = (action for action in statement.of(a.SetVariable) if action.name == "lock_timeout")
    return any(action.value not in (None, "0") for action in settings)


def _others(waits: tuple[_Wait, ...]) -> str:
    match len(waits) - 1:
        case 0:
            return ""
        case 1:
            return " One more statement of this file waits like this."
        case more:
            return f" {more} more statements of this file wait like this."


def _remedy(statement: Statement) -> str:
    if statement.in_transaction:
        return (
            "Make this the first statement, and run the migration again when it gives up:\n"
            "SET LOCAL lock_timeout = '3s';"
        )
    if statement.service.runner is Runner.GOOSE:
        return (
            "Set it where goose connects, since outside a transaction SET LOCAL does nothing and every "
            "statement may get another connection: `lock_timeout=3s` among the parameters of GOOSE_DBSTRING, "
            "PGOPTIONS='-c lock_timeout=3s', or ALTER ROLE … SET lock_timeout = '3s'. "
            "Then write `lock-timeout: runner` or `lock-timeout: role` into avion-lint.yaml. "
            "Or put it on the statement's own line, so that both are sent as one query:\n"
            "SET lock_timeout = '3s'; …"
        )
    return (
        "Make this the first statement, since outside a transaction SET LOCAL does nothing:\nSET lock_timeout = '3s';"
    )
