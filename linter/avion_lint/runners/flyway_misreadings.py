"""Where Flyway's tokenizer and PostgreSQL's lexical rules part company, so that statements end elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from avion_lint.pattern import pattern
from avion_lint.runners.flyway_statements import Statement
from avion_lint.runners.migration import Misread, Misreading
from avion_lint.source import SourceMap, Span

# Without these, and without oddities, both lex alike: strings differ by a backslash before a quote only.
_MAY_DIFFER = pattern(r"\\'|\x00|atomic", re.IGNORECASE)


def misreadings(text: str, statements: Sequence[Statement], origin: SourceMap) -> tuple[Misreading, ...]:
    """The misreadings of a script that Flyway splits into `statements`; `origin` leads from `text` to the document.

    Each is real: a parenthesis is lost, statements are sent together, or one is cut in two.
    """
    if not any(statement.oddities for statement in statements) and not _MAY_DIFFER.search(text):
        return ()
    ends = list(_server_ends(text, statements))
    return tuple(
        Misreading(kind, origin.span(span.start, span.end), detail)
        for kind, span, detail in _found(text, statements, ends)
    )


def _server_ends(text: str, statements: Sequence[Statement]) -> Iterator[int]:
    """Where statements end for PostgreSQL, the data of COPY left out."""
    from avion_lint.sql.lexer import statement_ends  # noqa: PLC0415 - few scripts get here

    start = 0
    for statement in statements:
        if statement.resume > statement.stop + 1:
            yield from (start + end for end in statement_ends(text[start : statement.stop + 1]))
            start = statement.resume
    yield from (start + end for end in statement_ends(text[start:]))


def _found(text: str, statements: Sequence[Statement], ends: Sequence[int]) -> Iterator[tuple[Misread, Span, str]]:
    from avion_lint.sql.parse import skip_blank  # noqa: PLC0415 - few scripts get here

    index = 0
    in_step = True
    for statement in statements:
        if statement.oddities and statement.oddities.lost is not None:
            yield _lost(statement.oddities.lost)
        while index < len(ends) and ends[index] < statement.start:
            index += 1
        inner = index
        while index < len(ends) and ends[index] < statement.stop:
            index += 1
        swallowed = [end for end in ends[inner:index] if skip_blank(text, end + 1) < statement.stop]
        was_in_step = in_step  # what follows a misreading is its consequence, until both end a statement together
        if swallowed and was_in_step:
            yield _together(text, statement, swallowed)
        in_step = statement.stop == len(text) or (index < len(ends) and ends[index] == statement.stop)
        if was_in_step and not in_step:
            detail = "for Flyway the statement ends at this semicolon, for PostgreSQL it goes on behind it"
            yield Misread.SEMICOLON_INSIDE, Span(statement.stop, statement.stop + 1), detail


def _lost(at: int) -> tuple[Misread, Span, str]:
    detail = "Flyway drops a parenthesis that begins a statement, unless a comment or an empty line stands before it"
    return Misread.PARENTHESIS_LOST, Span(at, at + 1), detail


def _together(text: str, statement: Statement, swallowed: Sequence[int]) -> tuple[Misread, Span, str]:
    first, count = swallowed[0], len(swallowed)
    sent = f"and sends {count} more {'statement' if count == 1 else 'statements'} with this one"
    odd = statement.oddities
    tag = next((tag for tag in odd.dollars if tag.start < first), None) if odd else None
    held_by = odd.held_by if odd else None
    if tag is not None and (held_by is None or tag.start < held_by):
        shown = text[tag.start : tag.end].split("\n", 1)[0]
        return Misread.DOLLAR_SWALLOWS, tag, f"Flyway reads `{shown}` as the beginning of a dollar quote, {sent}"
    if held_by is not None:
        detail = f"Flyway ends no statement before this parenthesis has its counterpart, {sent}"
        return Misread.PARENTHESIS_SWALLOWS, Span(held_by, held_by + 1), detail
    return Misread.SEMICOLON_MISSED, Span(first, first + 1), f"Flyway does not end the statement here, {sent}"
