"""Where the parts of an ALTER TABLE clause stand in the file."""

from __future__ import annotations

import re

from avion_lint.finding import Edit
from avion_lint.source import Place, Span
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

NAME = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_ALTER = re.compile(
    rf"alter\s+(?:foreign\s+)?table\s+(?:if\s+exists\s+)?(?:only\s+)?({NAME}(?:\s*\.\s*{NAME})?)\s*\*?", re.IGNORECASE
)


def clause(statement: Statement, action: a.Action) -> Span | None:
    """The clause in the document, without `ALTER TABLE name`; None where the text does not show it."""
    if statement.within_block(action):
        return None
    place = statement.place_of(action)
    text = place.text.rstrip().rstrip(";").rstrip()
    head = _ALTER.match(text)
    start = head.end() if head else 0
    while start < len(text) and text[start].isspace():
        start += 1
    shown = _ALTER.match(statement.place.text) is not None and "--" not in text and "/*" not in text
    return Span(place.span.start + start, place.span.start + len(text)) if shown and start < len(text) else None


def text_of(statement: Statement, span: Span) -> str:
    """The document's text there."""
    return statement.file.document.text[span.start : span.end]


def put(statement: Statement, at: int, text: str) -> Edit:
    """The edit that inserts text into the statement's document."""
    return Edit(Place(statement.file.document, Span(at, at)), text)


def instead(statement: Statement, span: Span, text: str) -> Edit:
    """The edit that puts text in the place of some of the statement's document."""
    return Edit(Place(statement.file.document, span), text)
