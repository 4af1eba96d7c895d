"""Statements that goose cuts in two or glues together, given ends that it sees."""

from __future__ import annotations

import re

from avion_lint.finding import Edit, Fix
from avion_lint.fixer import Scene
from avion_lint.runners.migration import Misread, Runner
from avion_lint.source import Document, Place, Span
from avion_lint.sql.lexer import code_start, statement_ends
from avion_rules.fixes._layout import inserted

_BEGIN, _END = "-- +goose StatementBegin\n", "-- +goose StatementEnd\n"
_ANNOTATION = re.compile(r"^[ \t]*--[ \t]*\+goose\b[^\n]*(?:\n|\Z)", re.MULTILINE | re.IGNORECASE)


def statement_block(scene: Scene) -> Fix | None:
    """Put a statement with semicolons inside between StatementBegin and StatementEnd."""
    if scene.migration.service.runner is not Runner.GOOSE:
        return None
    document, at = scene.migration.document, scene.finding.place.span.start
    span = _statement_over(document, at)
    if span is None:
        return None
    edits = (inserted(document, span.start, _BEGIN), inserted(document, span.end, _END))
    return Fix("Put the statement between StatementBegin and StatementEnd", edits, reveals=True)


def _statement_over(document: Document, at: int) -> Span | None:
    """The whole lines of the statement that an offset is in, as SQL reads it; None where others share its lines."""
    text = document.text
    bounds = [found.span() for found in _ANNOTATION.finditer(text)]
    floor = max((end for start, end in bounds if end <= at), default=0)
    ceiling = min((start for start, _ in bounds if start > at), default=len(text))
    ends = [floor + end for end in statement_ends(text[floor:ceiling])]
    end = next((end for end in ends if end > at), None)
    if end is None:
        return None
    before = max((other + 1 for other in ends if other < at), default=floor)
    start = code_start(text, before)
    line = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end) + 1 or len(text)
    alone = line >= before and not text[line:start].strip() and not text[end + 1 : stop].strip()
    return Span(line, stop) if alone and start < end else None


def visible_end(scene: Scene) -> Fix | None:
    """End a line where goose shall see the statement's end."""
    migration, place = scene.migration, scene.finding.place
    if migration.service.runner is not Runner.GOOSE:
        return None
    kinds = {misread.kind for misread in migration.file.misreadings if misread.span == place.span}
    if Misread.UNFINISHED_BEFORE_BLOCK in kinds:
        at = Span(place.span.end, place.span.end)
        return Fix("End the statement", (Edit(Place(place.document, at), ";"),), reveals=True)
    return _line_end(place)


def _line_end(place: Place) -> Fix | None:
    text, at = place.document.text, place.span.start + 1
    stop = text.find("\n", at)
    rest = text[at : stop if stop >= 0 else len(text)].rstrip("\r")
    line = text[text.rfind("\n", 0, at) + 1 : at]
    if "--" in line or not rest.strip() or text[at - 1] != ";":
        return None
    blanks = len(rest) - len(rest.lstrip())
    edit = Edit(Place(place.document, Span(at, at + blanks)), "\n")
    return Fix("Let the statement end its line", (edit,), reveals=True)
