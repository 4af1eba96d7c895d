"""How the session of a migration begins: what Flyway's callbacks and earlier ALTER ROLE … SET leave in it."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import basename

from avion_lint.record import field, record
from avion_lint.runners.migration import Kind, MigrationFile, Section
from avion_lint.sql.actions import Action, Command, flattened
from avion_lint.sql.session import Session, after

_BEFORE_EACH = "beforeEachMigrate"


def before_each(file: MigrationFile) -> bool:
    """Whether Flyway runs a callback on the connection of every migration, before it or its statements.

    Measured with Flyway 11: what beforeMigrate, afterConnect and all others set, no migration sees.
    """
    return file.kind is Kind.CALLBACK and basename(file.path).startswith(_BEFORE_EACH)


def is_given(action: Action) -> bool:
    """Whether an action may set lock_timeout for later sessions."""
    return isinstance(action, Command) and action.sets is not None and action.sets.name in ("lock_timeout", "")


@record(frozen=False)
class Opening:
    """What sessions begin with, for one walk through a service's migrations in their order.

    `callbacks` are the actions of Flyway's callbacks before each migration. `given` are the values of lock_timeout
    that migrations gave to later sessions, with the order of the deployment that brought each.
    """

    callbacks: tuple[Action, ...] = ()
    given: list[tuple[int, str | None]] = field(default_factory=list)

    def note(self, actions: Iterable[Action], deployment: int) -> None:
        """Take in what actions of a migration set for the sessions after it."""
        for action in flattened(actions):
            if isinstance(action, Command) and action.sets and is_given(action):
                self.given.append((deployment, action.sets.value))

    def session(self, section: Section, deployment: int) -> Session:
        """The session before the first statement of a section; the deployment's own settings do not reach it."""
        earlier = [value for order, value in self.given if order < deployment]
        own = earlier[-1] if earlier else None
        return after(Session(section.transaction, own_lock_timeout=own), self.callbacks)
