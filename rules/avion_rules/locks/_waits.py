"""Locks that the application notices, in the order in which a migration waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.record import record
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Effect, Lock
from avion_lint.subjects import Statement
from avion_rules.locks._concurrent import concurrent_words


@record
class Wait:
    """A statement that waits for a lock on a relation in use, one that blocks reads or writes."""

    statement: Statement
    action: a.Action
    effect: Effect

    @property
    def is_limited(self) -> bool:
        """Whether a lock_timeout ends the wait: one of the session, of the service, or of the DO block itself."""
        session, service = self.statement.session, self.statement.service
        return session.has_lock_timeout or service.lock_timeout or _sets_one(self.statement)


def waits(statements: Iterable[Statement]) -> Iterator[Wait]:
    """Every lock that has to be waited for; what a transaction holds it need not wait for."""
    held: dict[a.Name, Lock] = {}
    for statement in statements:
        if not statement.in_transaction:
            held.clear()
        for wait in blocking(statement):
            lock = held.get(wait.effect.relation)
            if lock is None or wait.effect.lock.strength > lock.strength:
                held[wait.effect.relation] = wait.effect.lock
                yield wait


def blocking(statement: Statement) -> tuple[Wait, ...]:
    """Locks of one statement that block reads or writes of relations in use."""
    return statement.once(_blocking)


def _blocking(statement: Statement) -> tuple[Wait, ...]:
    return tuple(_waits(statement))


_QUIET = (a.DoBlock, a.Insert, a.Update, a.Delete)
"""What locks rows at most, at which only those wait who want the same ones; and blocks, whose actions tell more."""


def _waits(statement: Statement) -> Iterator[Wait]:
    for action in statement.all_actions():
        if isinstance(action, _QUIET) or concurrent_words(action) or _finds_nothing(statement, action):
            continue
        if isinstance(action, a.RefreshView) and action.concurrently:
            continue  # nobody but another REFRESH writes to a materialized view
        for effect in statement.effects(action):
            if effect.lock.blocks and statement.in_use(effect.relation, action):
                yield Wait(statement, action, effect)


def strength(wait: Wait) -> int:
    """How strong the lock is, for comparison."""
    return wait.effect.lock.strength


def _finds_nothing(statement: Statement, action: a.Action) -> bool:
    """Whether it is a DROP … IF EXISTS of what no migration has ever made or named."""
    if not isinstance(action, a.Drop) or not action.if_exists:
        return False
    schema = statement.schema_before(action)
    if action.table is not None:
        return schema.table(action.table) is None
    known = (schema.table(action.name), schema.index(action.name), schema.thing(action.kind, action.name))
    return not any(known)


def _sets_one(statement: Statement) -> bool:
    """Whether a DO block sets a lock_timeout itself."""
    settings = (action for action in statement.of(a.SetVariable) if action.name == "lock_timeout")
    return any(action.value not in (None, "0") for action in settings)
