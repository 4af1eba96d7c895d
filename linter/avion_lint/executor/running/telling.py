"""Takes steps under the lock, and tells the audit trail of each before it is begun and after it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.lock import Lock, LockHeldError
from avion_lint.executor.running.measure import invalid_indexes, unvalidated_constraints
from avion_lint.executor.running.sessions import gone, prefix_of
from avion_lint.executor.running.steps import Context, StepTold
from avion_lint.executor.server.address import connect, driver


class StopError(Exception):
    """A step did not go well; the text says which one and why."""


class Steps:
    """The steps of a run, those that were taken so far among them.

    `untold` says why the trail does not have all of it. `invalid` are the indexes that were invalid before,
    `unvalidated` the constraints that were not validated.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.lock = Lock(context.address, context.key, context.run)
        self.taken: list[StepTold] = []
        self.untold = ""
        self.invalid: frozenset[str] = frozenset()
        self.unvalidated: frozenset[str] = frozenset()
        self._locked = False

    def step(self, name: str, do: Callable[[], Mapping[str, object]]) -> None:
        """Take a step; raises StopError where it does not go well, or where the lock is no longer ours."""
        self._hold()
        self.context.tell(name)
        began = time.monotonic()
        try:
            self.tell_of("step-begun", step=name)
            told = do()
        except (CannotRunError, LockHeldError, driver().Error, OSError) as error:
            words = self.context.address.redacted(" ".join(str(error).split()) or type(error).__name__)
            self._ended(name, began, {}, words)
            raise StopError(f"{name}: {words}") from None
        self._ended(name, began, told)

    def _ended(self, name: str, began: float, told: Mapping[str, object], words: str = "") -> None:
        seconds = round(time.monotonic() - began, 3)
        self.taken.append(StepTold(name, seconds, words, str(told.get("note", ""))))
        self.note("step-ended", step=name, seconds=seconds, passed=not words, why=words, **told)

    def _hold(self) -> None:
        if not self._locked:
            return
        try:
            self.lock.check()
            if self.context.beside is not None:
                self.context.beside.check()
        except CannotRunError as error:
            raise StopError(error.text) from None

    def tell_of(self, event: str, **told: object) -> None:
        """Tell of what is about to happen; raises CannotRunError where the trail cannot be written."""
        plan = self.context.plan
        self.context.trail.append(event, self.context.run, service=plan.service, environment=plan.environment, **told)
        if event in ("run-begun", "run-ended"):
            self.context.watched()

    def note(self, event: str, **told: object) -> None:
        """Tell of what has happened already: that it cannot be written down does not undo it."""
        try:
            self.tell_of(event, **told)
        except CannotRunError as error:
            self.untold = error.text

    def take_lock(self) -> Mapping[str, object]:
        """The step that takes the lock."""
        self.lock.take(self.context.wait)
        beside = self.context.beside
        told = beside.take(self.lock.pid, self.context.wait) if beside is not None else {}
        self._locked = True
        return {"session": self.lock.pid, **told}

    def release(self) -> None:
        """Give back all that was taken."""
        if self.context.beside is not None:
            self.context.beside.release()
        self.lock.release()

    def same_state(self) -> Mapping[str, object]:
        """The step that sees that the database is as the plan has it, and that nobody is at it."""
        with connect(self.context.address, "status") as connection:
            left = gone(connection, prefix_of(self.context.key), self.context.wait)
            if left:
                words = "; ".join(each.words for each in left)
                raise CannotRunError(f"the server still works for a runner whose run is gone: {words}")
            found = self.context.look(connection)
            self.invalid = frozenset(invalid_indexes(connection))
            self.unvalidated = frozenset(unvalidated_constraints(connection))
        if found.fingerprint != self.context.plan.state:
            raise CannotRunError("the history has changed since the plan was made: make a new plan")
        return {"version": found.newest, "rows": found.rows}
