"""A Down section from the schema: a beginning that somebody has to read."""

from __future__ import annotations

from avion_lint.finding import Fix
from avion_lint.fixer import Scene
from avion_lint.runners.migration import Direction, Runner
from avion_lint.sql import actions as a
from avion_lint.subjects import Dialect, Migration, Statement
from avion_rules.fixes._layout import inserted, section_end
from avion_rules.fixes._undo import undo

_TITLE = "Write a Down section from the schema before"


def down_skeleton(scene: Scene) -> Fix | None:
    """The inverse of Up, where Down is missing or empty."""
    migration = scene.migration
    if migration.service.runner is not Runner.GOOSE or migration.service.dialect is not Dialect.POSTGRESQL:
        return None
    up, down = migration.file.section(Direction.UP), migration.file.section(Direction.DOWN)
    if up is None or up.error or migration.problems or (down and (down.chunks or down.error)):
        return None
    text = migration.document.text
    lines = _lines(migration)
    if down is not None:
        at = section_end(down, migration.document)
        return Fix(_TITLE, (inserted(migration.document, at, lines),), safe=False)
    gap = "\n" if "\n\n" in text.rstrip().replace("\r\n", "\n") else ""
    at = len(text)
    return Fix(_TITLE, (inserted(migration.document, at, f"{gap}-- +goose Down\n{lines}"),), safe=False)


def _lines(migration: Migration) -> str:
    """What undoes the statements, the last one first; a body with semicolons is put into a block."""
    found: list[str] = []
    for statement in reversed(migration.up):
        for action in reversed(statement.actions):
            if not _clears(migration, statement, action):
                found += _in_blocks(list(undo(statement, action)))
    if not any(line and not line.startswith("--") for line in found):
        found.append("SELECT 1;")
    return "".join(f"{line}\n" for line in dict.fromkeys(found) if line) if _plain(found) else _joined(found)


def _clears(migration: Migration, statement: Statement, action: a.Action) -> bool:
    """Whether it only clears away what a failed attempt left of an index that the file builds."""
    if not isinstance(action, a.Drop) or action.kind is not a.ObjectKind.INDEX or statement.index(action.name):
        return False
    built = (made for each in migration.up for made in each.actions if isinstance(made, a.CreateIndex))
    return any(made.index == action.name.name for made in built)


def _plain(lines: list[str]) -> bool:
    return not any("\n" in line or "StatementBegin" in line for line in lines) and _no_tables(lines)


def _no_tables(lines: list[str]) -> bool:
    return not any(line.startswith("CREATE TABLE") for line in lines)


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines if line)


def _in_blocks(lines: list[str]) -> list[str]:
    return [
        f"-- +goose StatementBegin\n{line}\n-- +goose StatementEnd" if "\n" in line and ";\n" in line else line
        for line in lines
    ]
