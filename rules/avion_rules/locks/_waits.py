"""Locks that the application notices, in the order in which a migration waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.record import record
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Effect, Lock
from avion_lint.subjects import Statement
from avion_rules.locks._concurrent import concurrent_words

_STRENGTH = tuple(Lock)


@record
class Wait:
    """A statement that waits for a lock on a relation in use, one that blocks reads or writes."""

    statement: Statement
    action: a.Action
    effect: Effect


def waits(statements: Iterable[Statement]) -> Iterator[Wait]:
    """Every lock that has to be waited for; what a transaction holds it need not wait for."""
    held: dict[a.Name, Lock] = {}
    for statement in statements:
        if not statement.in_transaction:
            held.clear()
        for wait in blocking(statement):
            lock = held.get(wait.effect.relation)
            if lock is None or _STRENGTH.index(wait.effect.lock) > _STRENGTH.index(lock):
                held[wait.effect.relation] = wait.effect.lock
                yield wait


def blocking(statement: Statement) -> Iterator[Wait]:
    """Locks of one statement that block reads or writes of relations in use."""
    for action in statement.all_actions():
        if isinstance(action, a.DoBlock) or concurrent_words(action):
            continue
        for effect in statement.effects(action):
            if effect.lock.blocks and statement.in_use(effect.relation, action):
                yield Wait(statement, action, effect)
