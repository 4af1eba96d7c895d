"""Reads of SQL only what changes the schema, or the sessions that come after: enough where nothing is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.record import record
from avion_lint.source import Span
from avion_lint.sql.actions import Action
from avion_lint.sql.decoding import decoded_at
from avion_lint.sql.libpg_query import load_parser
from avion_lint.sql.parse import RawStatement, locator, trimmed


@record
class Changes:
    """Statements of a text, each up to its semicolon, and what those do that are not sure to leave all as it was."""

    statements: tuple[Span, ...]
    actions: tuple[Action, ...]


def changes_in(text: str, stretch: Span) -> Changes | None:
    """What a stretch of a text changes, with spans that are offsets in the whole text.

    None where it does not parse as it is, or where a statement has no semicolon: then each must be read by itself.
    """
    part = text[stretch.start : stretch.end]
    if "\0" in part:
        return None
    parser = load_parser()
    try:
        told = parser.parse_sql_json(part)
        statements = list(_statements(told, text, _shifted(locator(part), stretch.start)))
        actions = tuple(action for raw, _ in statements if raw for action in _actions(raw, text))
    except (parser.ParseError, RecursionError, UnicodeEncodeError, _EndlessError):
        return None
    return Changes(tuple(span for _, span in statements), actions)


class _EndlessError(Exception):
    """A statement ends with the text, without a semicolon."""


def _actions(raw: RawStatement, text: str) -> tuple[Action, ...]:
    from avion_lint.sql.extract import extract  # noqa: PLC0415 - not needed when a cache answers

    return extract(raw, text)


def _shifted(locate: Callable[[int], int], by: int) -> Callable[[int], int]:
    return lambda offset: locate(offset) + by


# How a statement begins in libpg_query's JSON. Nothing else has such a field, and quotes in strings have a backslash.
_OPENING = '{"stmt":{"'
_PLACE, _LENGTH = '"stmt_location":', '"stmt_len":'


def _statements(told: str, text: str, locate: Callable[[int], int]) -> Iterator[tuple[RawStatement | None, Span]]:
    """The statements with their spans; those that change nothing are not looked into."""
    at = told.find(_OPENING)
    while at >= 0:
        following = told.find(_OPENING, at + len(_OPENING))
        end = following if following >= 0 else len(told)
        first, last = _bounds(told, at, end)
        span = Span(locate(first), locate(last))
        name = at + len(_OPENING)
        close = told.index('"', name)
        kind = told[name:close]
        if _is_quiet(kind, told, at, end):
            yield None, span
        else:
            node = decoded_at(told, close + 2)
            whole = Span(span.start, trimmed(text, span.start, span.end))
            yield RawStatement(kind, node, whole, locate), span
        at = following


def _bounds(told: str, at: int, end: int) -> tuple[int, int]:
    """Where the statement that is told between two offsets begins and has its semicolon, in bytes."""
    length = told.rfind(_LENGTH, at, end)
    if length < 0:
        raise _EndlessError
    size = int(told[length + len(_LENGTH) : told.index("}", length)])
    place = told.rfind(_PLACE, at, length)
    first = int(told[place + len(_PLACE) : length - 1]) if place >= 0 else 0
    return first, first + size


_UPDATES = '"UpdateStmt"'  # that a column was filled is known of the schema
_QUIET = {
    "InsertStmt": (_UPDATES,),
    "DeleteStmt": (_UPDATES,),
    "SelectStmt": (_UPDATES, '"FuncCall"', '"intoClause"'),
    **dict.fromkeys(
        ("ClusterStmt", "CopyStmt", "GrantStmt", "LockStmt", "ReindexStmt", "TransactionStmt", "TruncateStmt"), ()
    ),
    "VacuumStmt": (),
}
"""Statements that leave schema and later sessions as they are, by what must not stand in them for that."""


def _is_quiet(kind: str, told: str, at: int, end: int) -> bool:
    stirring = _QUIET.get(kind)
    return stirring is not None and all(told.find(word, at, end) < 0 for word in stirring)
