"""A limit for the wait for locks, at the top of a migration."""

from __future__ import annotations

import re

from avion_lint.finding import Edit, Fix
from avion_lint.fixer import Others, Scene
from avion_lint.runners.migration import Direction, Runner
from avion_lint.source import Place, Span
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration
from avion_rules.fixes._layout import Piece, first_line, inserted, pieces

USUAL = "3s"
_VALUE = re.compile(r"\block_timeout\s*(?:=|\bto\b)\s*'([1-9][0-9]*\s?(?:ms|s|min))'", re.IGNORECASE)


def lock_timeout(scene: Scene) -> Fix | None:
    """Set one as the first statement: for the transaction, or for the session where Flyway opens none."""
    migration = scene.migration
    section = migration.file.section(Direction.UP)
    found = pieces(migration, Direction.UP)
    if section is None or not found or _says_something(migration):
        return None
    start = _first(found[0])
    at = Span(start, start)
    value = usual(scene)
    if section.transaction:
        text = f"SET LOCAL lock_timeout = '{value}';\n"
        return Fix("Limit the wait for locks", (Edit(Place(migration.document, at), text),))
    if migration.service.runner is Runner.GOOSE:
        return None  # every statement may get another connection of its pool
    edits = (
        Edit(Place(migration.document, at), f"SET lock_timeout = '{value}';\n"),
        inserted(migration.document, found[-1].span.end, "RESET lock_timeout;\n"),
    )
    return Fix("Limit the wait for locks", edits)


def _first(piece: Piece) -> int:
    """Where a first statement is put: above the comments of the one that is first, but below what opens the file."""
    text, start = piece.document.text, piece.span.start
    opens = start <= first_line(piece.document) and not piece.block
    return (
        text.rfind("\n", 0, piece.first.place.span.start) + 1
        if opens and start < piece.first.place.span.start
        else start
    )


def _says_something(migration: Migration) -> bool:
    """Whether the file deals with it itself, or opens transactions of its own."""
    actions = (action for statement in migration.up for action in statement.all_actions())
    return any(
        isinstance(action, a.TransactionControl)
        or (isinstance(action, a.SetVariable) and action.name in ("lock_timeout", ""))
        for action in actions
    )


def usual(scene: Scene) -> str:
    """The value that the service's last migration with one has, else the usual one."""
    return scene.once_for_all("usual lock_timeout", lambda: _usual(scene.others))


def _usual(others: Others) -> str:
    for file in reversed(others.files):
        text = file.document.text
        if "lock_timeout" in text or "LOCK_TIMEOUT" in text:  # many migrations are asked, and few have one
            found = _VALUE.search(text)
            if found:
                return found[1]
    return USUAL


def timeout_that_counts(scene: Scene) -> Fix | None:
    """Let a timeout limit something: for the session where there is no transaction, and before the first statement."""
    statement, migration = scene.statement, scene.migration
    found = pieces(migration, Direction.UP)
    if statement is None or not found or len(statement.actions) != 1:
        return None
    action = statement.actions[0]
    own = next((piece for piece in found if piece.has(statement)), None)
    if not isinstance(action, a.SetVariable) or own is None or (action.value or "0").rstrip("msinhd ") == "0":
        return None
    if statement.in_transaction:
        if own == found[0]:
            return None
        first = Span(found[0].span.start, found[0].span.start)
        return Fix("Set it before the first lock", (Edit(Place(migration.document, first), own.text), own.removed()))
    local = _LOCAL.search(statement.place.text)
    if migration.service.runner is Runner.GOOSE or local is None or not action.local:
        return None
    word = Span(statement.place.span.start + local.start(), statement.place.span.start + local.end())
    reset = inserted(migration.document, found[-1].span.end, f"RESET {action.name};\n")
    return Fix("Set it for the session", (Edit(Place(migration.document, word), ""), reset))


_LOCAL = re.compile(r"\blocal\s+", re.IGNORECASE)
