"""The lines of a migration: which of them belong to a statement, its comments and its annotations among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from avion_lint.finding import Edit
from avion_lint.record import field, record
from avion_lint.runners.migration import Direction, Section
from avion_lint.runners.script_text import head_end
from avion_lint.source import Document, Place, Span
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement

_TO_END = re.compile(r"(?:\s|--[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)*;")
_REST_OF_LINE = re.compile(r"[ \t]*(?:--[^\n]*|/\*(?:[^*\n]|\*(?!/))*\*/[ \t]*)?\r?(?:\n|$)")
_COMMENT = re.compile(r"[ \t]*(?:--(?!\s*\+goose).*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)$")
_BEGIN = re.compile(r"[ \t]*--[ \t]*\+goose[ \t]+statementbegin[ \t]*$", re.IGNORECASE)
_END = re.compile(r"\s*--[ \t]*\+goose[ \t]+statementend[ \t]*\r?(?:\n|$)", re.IGNORECASE)
_EMPTY = re.compile(r"[ \t]*\r?(?:\n|$)")
_EMPTY_ABOVE = re.compile(r"\n([ \t]*\r?\n)\Z")
_BEGIN_ABOVE = re.compile(r"\n[ \t]*--[ \t]*\+goose[ \t]+statementbegin[ \t]*\r?\n\s*\Z", re.IGNORECASE)
_NEAR = 200  # characters in which the annotation above a statement is looked for
_ANNOTATION = re.compile(r"--[ \t]*\+goose\b", re.IGNORECASE)


@record
class Piece:
    """What the runner sends at once, with the lines that belong to it.

    `span` reaches from its first comment to the end of its last line; `block` tells that StatementBegin and
    StatementEnd are among them. Pieces of one file are told apart by where they stand.
    """

    statements: tuple[Statement, ...] = field(compare=False)
    span: Span
    block: bool

    @property
    def first(self) -> Statement:
        """The statement, or the first of them."""
        return self.statements[0]

    @property
    def document(self) -> Document:
        """The file."""
        return self.first.file.document

    @property
    def text(self) -> str:
        """Its lines, with line feeds alone, the last one ended."""
        text = self.document.text[self.span.start : self.span.end].replace("\r\n", "\n")
        return text if text.endswith("\n") else f"{text}\n"

    @property
    def actions(self) -> tuple[a.Action, ...]:
        """What its statements do."""
        return tuple(action for statement in self.statements for action in statement.actions)

    def has(self, statement: Statement | None) -> bool:
        """Whether a statement is one of its own."""
        return any(each is statement for each in self.statements)

    def removed(self) -> Edit:
        """The edit that takes it out of the file, with an empty line where two would come together."""
        text, start, end = self.document.text, self.span.start, self.span.end
        above = _EMPTY_ABOVE.search(text, max(0, start - 80), start)
        if above and (end >= len(text) or _EMPTY.match(text, end)):
            start = above.start(1)
        return Edit(Place(self.document, Span(start, end)), "")


def pieces(migration: Migration, direction: Direction) -> tuple[Piece, ...] | None:
    """The pieces of a section in order; None where lines cannot be told apart or something cannot be read."""
    section = migration.file.section(direction)
    if section is None:
        return ()
    if section.error or any(problem.direction is direction for problem in migration.problems):
        return None
    statements = migration.up if direction is Direction.UP else migration.down
    found: list[Piece] = []
    floor = section.span.start
    for _, group in groupby(statements, key=lambda statement: id(statement.chunk)):
        piece = _piece(migration.document, tuple(group), floor)
        if piece is None:
            return None
        found.append(piece)
        floor = piece.span.end
    return tuple(found)


def _piece(document: Document, statements: tuple[Statement, ...], floor: int) -> Piece | None:
    text = document.text
    first, last = statements[0].place.span, statements[-1].place.span
    start = text.rfind("\n", 0, first.start) + 1
    if start < floor or text[start : first.start].strip(" \t\ufeff"):
        return None
    ended = _TO_END.match(text, last.end)
    rest = _REST_OF_LINE.match(text, ended.end() if ended else last.end)
    if rest is None:
        return None
    start, block = _upwards(text, start, floor)
    closing = _END.match(text, rest.end()) if block else None
    if block and closing is None:
        return None
    return Piece(statements, Span(start, closing.end() if closing else rest.end()), block)


def _upwards(text: str, start: int, floor: int) -> tuple[int, bool]:
    """Where the comments above a line begin, and whether a StatementBegin is among them."""
    block = False
    head = head_end(text)
    for line in _lines_above(text, start, floor):
        words = text[line.start : line.end].rstrip("\r\n").removeprefix("\ufeff")
        if _BEGIN.match(words) and not block:
            block = True
        elif not block and _BEGIN_ABOVE.search(text, max(0, start - _NEAR), start):
            continue
        elif not _COMMENT.match(words) or line.start < head:
            break
        start = line.start + (1 if text.startswith("\ufeff", line.start) else 0)
    return start, block


def _lines_above(text: str, start: int, floor: int) -> Iterator[Span]:
    while start > floor:
        before = text.rfind("\n", 0, start - 1) + 1
        yield Span(before, start)
        start = before


def first_line(document: Document) -> int:
    """Offset at which the file's first line begins, behind a byte order mark."""
    return 1 if document.text.startswith("\ufeff") else 0


def annotations_start(document: Document) -> int:
    """Offset of the line of the first annotation, where another can stand above it."""
    found = _ANNOTATION.search(document.text)
    return max(document.text.rfind("\n", 0, found.start()) + 1 if found else 0, first_line(document))


def section_end(section: Section, document: Document) -> int:
    """Offset behind the section's last line that is not empty."""
    text = document.text
    end = section.span.end
    kept = text[section.span.start : end].rstrip()
    behind = text.find("\n", section.span.start + len(kept))
    return min(end, behind + 1) if behind >= 0 else len(text)


def inserted(document: Document, at: int, text: str) -> Edit:
    """The edit that puts text at an offset; on a line of its own where the file's last line is not ended."""
    unended = at == len(document.text) and at > 0 and not document.text.endswith("\n")
    return Edit(Place(document, Span(at, at)), f"\n{text}" if unended else text)
