"""BEGIN and COMMIT around a file, which the runner's own transaction makes needless or harmful."""

from __future__ import annotations

from avion_lint.finding import Edit, Fix
from avion_lint.fixer import Scene
from avion_lint.runners.migration import Direction, Runner
from avion_lint.source import Place, Span
from avion_lint.sql import actions as a
from avion_rules.fixes._layout import Piece, pieces

_WORDS = (a.TransactionWord.BEGIN, a.TransactionWord.COMMIT)


def transaction_control(scene: Scene) -> Fix | None:
    """Leave them to the runner, where they stand around all that the section does."""
    statement, migration = scene.statement, scene.migration
    if statement is None:
        return None
    found = pieces(migration, statement.direction)
    controls = [piece for piece in found or () if _word(piece)]
    if not found or not _around(found, controls):
        return None
    edits = [piece.removed() for piece in controls]
    if not statement.section.transaction:
        line = _no_transaction(scene)
        if line is None or statement.direction is not Direction.UP or len(controls) != len(_WORDS):
            return None
        edits.append(line)
    return Fix("Leave the transaction to the runner", tuple(edits))


def _around(found: tuple[Piece, ...], controls: list[Piece]) -> bool:
    """Whether they are BEGIN first and COMMIT last, or one of them there alone."""
    words = [_word(piece) for piece in controls]
    if words == list(_WORDS):
        return controls[0] == found[0] and controls[1] == found[-1]
    return (words == [_WORDS[0]] and controls[0] == found[0]) or (words == [_WORDS[1]] and controls[0] == found[-1])


def _word(piece: Piece) -> a.TransactionWord | None:
    match piece.actions:
        case (a.TransactionControl(word=word),):
            return word
    return next((action.word for action in piece.actions if isinstance(action, a.TransactionControl)), None)


def _no_transaction(scene: Scene) -> Edit | None:
    """The edit that takes `NO TRANSACTION` out of a goose file."""
    if scene.migration.service.runner is not Runner.GOOSE:
        return None
    document = scene.migration.document
    at = document.text.find("-- +goose NO TRANSACTION")
    end = document.text.find("\n", at) + 1
    return Edit(Place(document, Span(at, end)), "") if at >= 0 and end else None
