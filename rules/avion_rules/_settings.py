"""Settings of the session that a migration makes and does not take back."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement


@record
class Left:
    """A SET that still holds when the file has been run."""

    statement: Statement
    action: a.SetVariable


def left_behind(migration: Migration, *, local: bool = False) -> Iterator[Left]:
    """Settings that hold for the session after the Up section, in the order of the text.

    `local` adds those that hold until the runner ends its transaction.
    """
    held: dict[str, Left] = {}
    for statement in migration.up:
        for action in statement.all_actions():
            match action:
                case a.SetVariable(name="", value=None) | a.Command(words="DISCARD ALL"):
                    held.clear()
                case a.SetVariable(name=name, value=None):
                    held.pop(name, None)
                case a.SetVariable() if not action.local or (local and statement.in_transaction):
                    held[action.name] = Left(statement, action)
    yield from held.values()


def is_usual(migration: Migration, action: a.SetVariable) -> bool:
    """Whether a search_path is the one that the migration began with."""
    return schemas(action) == [name for name in migration.service.search_path if name != "$user"]


def schemas(action: a.SetVariable) -> list[str]:
    """The schemas of a search_path."""
    parts = (part.strip().strip("\"'") for part in (action.value or "").split(","))
    return [part for part in parts if part and part != "$user"]
