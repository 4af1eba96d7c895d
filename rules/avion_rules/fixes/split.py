"""Statements that must not share a transaction, each in a migration of its own."""

from __future__ import annotations

from avion_lint.finding import Fix
from avion_lint.fixer import Scene
from avion_lint.runners.migration import Direction, Kind
from avion_lint.runners.script_text import Script
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration
from avion_rules.fixes._layout import Piece, pieces
from avion_rules.fixes._names import is_last, next_paths
from avion_rules.fixes._new_file import new_file, nothing_validated
from avion_rules.fixes._objects import in_another_path, is_quiet, undoing


def enum_value_first(scene: Scene) -> Fix | None:
    """Commit a new enum value before it is used: what uses it, and all after that, comes in the next migration."""
    migration = scene.migration
    up = _transactional(migration)
    first = next((at for at, piece in enumerate(up) if piece.has(scene.statement)), None)
    if first is None or not is_last(scene):
        return None
    moved = up[first:]
    adds = any(isinstance(action, a.AddEnumValue) for piece in moved for action in piece.actions)
    settings = tuple(piece for piece in up[:first] if is_quiet(piece))
    return (
        None if adds else _moved(scene, moved, settings, f"use_{_described(migration)}", "Commit the new value first")
    )


def validated_apart(scene: Scene) -> Fix | None:
    """Validate a constraint in a transaction that holds no strong lock."""
    migration = scene.migration
    up = _transactional(migration)
    moved = tuple(piece for piece in up if all(isinstance(act, a.ValidateConstraint) for act in piece.actions))
    if not any(piece.has(scene.statement) for piece in moved):
        return None
    later = up[up.index(moved[0]) + 1 :]
    tables = {act.table.name for piece in moved for act in piece.actions if isinstance(act, a.ValidateConstraint)}
    rest = [action for piece in later if piece not in moved for action in piece.actions]
    apart = is_last(scene) and not in_another_path(migration)
    if not apart or any(_is_on(action, tables) for action in rest):
        return None
    return _moved(scene, moved, (), f"validate_{_described(migration)}", "Validate it in a migration of its own")


def _is_on(action: a.Action, tables: set[str]) -> bool:
    table = getattr(action, "table", None)
    return not isinstance(table, a.Name) or table.name in tables


def _transactional(migration: Migration) -> tuple[Piece, ...]:
    """The pieces of an Up section that runs in the runner's transaction; none where they cannot be told."""
    section = migration.file.section(Direction.UP)
    if migration.kind is not Kind.VERSIONED or migration.problems or section is None or not section.transaction:
        return ()
    return pieces(migration, Direction.UP) or ()


def _moved(scene: Scene, moved: tuple[Piece, ...], settings: tuple[Piece, ...], word: str, title: str) -> Fix | None:
    down = pieces(scene.migration, Direction.DOWN)
    paths = next_paths(scene, (word,))
    back, own = undoing(down or (), moved)
    validates = all(isinstance(action, a.ValidateConstraint) for piece in moved for action in piece.actions)
    if down is None or paths is None or (not own and not validates):
        return None
    back = () if validates else back
    undone = nothing_validated(scene.migration) if validates else "".join(piece.text for piece in back)
    script = Script("".join(piece.text for piece in (*settings, *moved)), undone)
    gone = tuple(piece.removed() for piece in (*moved, *back))
    return Fix(title, gone, (new_file(scene.migration, paths[0], script),))


def _described(migration: Migration) -> str:
    return migration.file.description.replace(" ", "_") or "migration"
