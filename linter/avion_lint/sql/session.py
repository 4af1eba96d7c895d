"""What a database session looks like before a statement: its transaction and its lock_timeout."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.record import record, replace
from avion_lint.sql import actions as a


@record
class Session:
    """State that earlier statements left behind.

    `runner_transaction`: the runner opened a transaction that is still open. `own_transaction`: the file opened
    one with BEGIN. `lock_timeout` is the value that a statement set, None where none did; `own_lock_timeout` is the
    one that the session began with, None where it is not known.
    """

    runner_transaction: bool
    own_transaction: bool = False
    lock_timeout: str | None = None
    local_lock_timeout: str | None = None
    own_lock_timeout: str | None = None

    @property
    def in_transaction(self) -> bool:
        """Whether a statement sent now runs inside a transaction block."""
        return self.runner_transaction or self.own_transaction

    @property
    def has_lock_timeout(self) -> bool:
        """Whether a lock_timeout holds that is not the endless 0."""
        value = self.local_lock_timeout or self.lock_timeout or self.own_lock_timeout
        return value is not None and is_limit(value)


def is_limit(value: str) -> bool:
    """Whether a value of lock_timeout limits anything: 0 is none."""
    return value.strip().rstrip("msinhd ") not in ("0", "")


def after(session: Session, actions: Iterable[a.Action]) -> Session:
    """The session after the actions of one statement."""
    for action in actions:
        if type(action) in _STEERING:
            session = _after(session, action)
    return session


_STEERING = (a.TransactionControl, a.SetVariable)


def _after(session: Session, action: a.Action) -> Session:
    match action:
        case a.TransactionControl(word=a.TransactionWord.BEGIN) if not session.in_transaction:
            return replace(session, own_transaction=True)
        case a.TransactionControl(
            word=a.TransactionWord.COMMIT | a.TransactionWord.ROLLBACK | a.TransactionWord.PREPARE
        ):
            return replace(session, runner_transaction=False, own_transaction=False, local_lock_timeout=None)
        case a.SetVariable(name="lock_timeout" | ""):
            return _set_lock_timeout(session, action)
    return session


def _set_lock_timeout(session: Session, action: a.SetVariable) -> Session:
    if not action.local:
        return replace(session, lock_timeout=action.value, local_lock_timeout=None)
    if session.in_transaction:
        return replace(session, local_lock_timeout=action.value)
    return session  # SET LOCAL outside a transaction only warns
