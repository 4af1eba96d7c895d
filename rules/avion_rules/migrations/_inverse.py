"""What a Down section leaves behind and what it does not bring back, told only where that is certain."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.record import record
from avion_lint.runners.migration import Direction
from avion_lint.schema.model import Origin
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration
from avion_rules.migrations._doubts import Doubts
from avion_rules.migrations._objects import Key, changes, holds

_OPAQUE_COMMANDS = {"SELECT", "CALL", "EXECUTE", "DROP OWNED"}


@record
class Difference:
    """Objects that Up made and that are there after Down, with their origins; and objects that are gone then."""

    left: tuple[tuple[Key, Origin], ...] = ()
    gone: tuple[Key, ...] = ()


def difference(migration: Migration) -> Difference:
    """Compare the schema before Up with the one after Up and Down, by the objects in it."""
    before, after, then = migration.before, migration.after, migration.after_down
    if then is None or _is_unsure(migration):
        return Difference()
    found = changes(then, before)
    left = {
        key: origin
        for key, origin in found.one
        if origin and origin.place.document.path == migration.path and not holds(before, key) and holds(after, key)
    }
    gone = [key for key, _ in found.other if not holds(then, key)]
    if not left and not gone:
        return Difference()
    doubts = Doubts.of(migration)
    return Difference(
        tuple((key, left[key]) for key in _whole(left) if not doubts.about(key)),
        tuple(key for key in _whole(gone) if not doubts.about_gone(key)),
    )


def _whole(keys: Iterable[Key]) -> list[Key]:
    """Sort objects, leaving out the parts of tables that are among them."""
    known = set(keys)
    tables = {key.name for key in known if key.kind is a.ObjectKind.TABLE}
    return sorted((key for key in known if key.table not in tables), key=str)


def _is_unsure(migration: Migration) -> bool:
    """Whether something in the file cannot be read, or does what cannot be seen."""
    if migration.problems or any(section.error for section in migration.file.sections):
        return True
    for statement in (*migration.up, *migration.down):
        for action in statement.actions:
            if isinstance(action, a.DoBlock) and action.dynamic:
                return True
            if statement.direction is Direction.DOWN and _is_opaque(action):
                return True
    return False


def _is_opaque(action: a.Action) -> bool:
    """Whether a statement of the Down section calls a function, or is a block that shows nothing of what it does."""
    match action:
        case a.DoBlock():
            return not action.inner or any(_is_opaque(inner.action) for inner in action.inner)
        case a.Command():
            return action.words in _OPAQUE_COMMANDS
    return False
