"""A dump of `pg_dump --schema-only` → the schema in it, each object with its line, or what in it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.problems import Problem
from avion_lint.record import record
from avion_lint.schema.model import Origin, Schema
from avion_lint.schema.replay import replay, with_search_path
from avion_lint.source import Document, Place, Span
from avion_lint.sql.actions import Action
from avion_lint.sql.lexer import Lexeme, tokens
from avion_lint.sql.statements import Sql, read

OLDER = -1
"""The order of a deployment that was before all migrations."""


@record
class Dump:
    """What a dump makes; with `problems` it cannot be relied on."""

    schema: Schema
    problems: tuple[Problem, ...] = ()


def read_dump(document: Document) -> Dump:
    """The schema of a dump. What psql reads itself in it (meta-commands, rows of COPY) is passed over."""
    found = read(without_psql(document.text))
    problems = tuple((Place(document, problem.span), problem.message) for problem in found.problems)
    steps = (step for sql in found.statements for step in _steps(sql, document))
    return Dump(with_search_path(replay(Schema(), steps)), problems)


def _steps(sql: Sql, document: Document) -> Iterator[tuple[Action, Origin]]:
    for action in sql.actions:
        yield action, Origin(Place(document, action.span), document.path, OLDER, applied=True)


def without_psql(text: str) -> str:
    """The text with blanks for meta-commands of psql and for `COPY … FROM stdin` with its rows; offsets stay."""
    parts: list[str] = []
    at = 0
    for span in _own_to_psql(text):
        parts += [text[at : span.start], _blank(text[span.start : span.end])]
        at = span.end
    return "".join((*parts, text[at:]))


def _blank(text: str) -> str:
    return "".join(letter if letter in "\r\n" else " " for letter in text)


def _own_to_psql(text: str) -> Iterator[Span]:
    at = 0
    while (found := _next(text, at)) is not None:
        yield found
        at = found.end


def _next(text: str, at: int) -> Span | None:
    """The next meta-command or COPY that stands outside strings and comments."""
    opaque = tokens(text[at:])
    token = next(opaque, None)
    line = at
    while line < len(text):
        while token is not None and at + token.end <= line:
            token = next(opaque, None)
        hidden = token is not None and token.kind is not Lexeme.SEMICOLON and at + token.start < line
        end = _line_end(text, line)
        if not hidden and text[line] == "\\":
            return Span(line, end)
        if not hidden and _is_copy(text[line:end]):
            return Span(line, _data_end(text, end))
        line = end + 1
    return None


def _line_end(text: str, at: int) -> int:
    newline = text.find("\n", at)
    return len(text) if newline < 0 else newline


def _is_copy(line: str) -> bool:
    folded = line.rstrip().lower()
    return folded.startswith("copy ") and folded.endswith(";") and " from stdin" in folded


def _data_end(text: str, at: int) -> int:
    """Where the rows of a COPY end, with the line that says so."""
    while at < len(text):
        end = _line_end(text, at + 1)
        if text[at + 1 : end].rstrip("\r") == "\\.":
            return end
        at = end
    return len(text)
