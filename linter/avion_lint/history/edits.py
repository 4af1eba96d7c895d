"""Compares two texts of a migration: the kind of edit between them, how alike they are, where they part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from avion_lint.enumeration import StrEnum
from avion_lint.pattern import pattern
from avion_lint.source import Span
from avion_lint.sql.lexer import COMMENTS, Lexeme, Token, tokens

Obeyed = Callable[[str], bool]
"""Whether a runner obeys this comment (its whole text, marks included), as goose does its annotations."""


class Edit(StrEnum):
    """What sort of edit lies between two states of a file: the gravest of what differs."""

    NONE = "none"
    MODE = "mode"
    LINE_ENDS = "line-ends"
    COMMENTS = "comments"
    SQL = "sql"


_BLANK = pattern(r"[ \t\n\r\f\v]+")
_AROUND = pattern(r" ?([(),;]) ?")  # these are words of their own, with or without blanks


def edit_between(before: str, after: str, obeyed: Obeyed) -> Edit:
    """Kind of edit between two texts: NONE, LINE_ENDS, COMMENTS or SQL.

    COMMENTS stands for comments and blank space outside of literals, by PostgreSQL's lexical rules: what the
    server is sent means the same. A comment that is obeyed, or that stands in a function's body, is not one.
    """
    if before == after:
        return Edit.NONE
    before, after = _line_feeds(before), _line_feeds(after)
    if before == after:
        return Edit.LINE_ENDS
    if _may_hold_data(before) or _may_hold_data(after):
        return Edit.SQL
    return Edit.COMMENTS if _essence(before, obeyed) == _essence(after, obeyed) else Edit.SQL


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n")


def _may_hold_data(text: str) -> bool:
    """Whether rows for COPY … FROM STDIN may follow, in which nothing is a comment."""
    return "stdin" in text.lower()


def _essence(text: str, obeyed: Obeyed) -> str:
    """Make every stretch of comments and blank space one space; literals stay as they are."""
    at = 0
    code: list[str] = []
    parts: list[str] = []
    for token in tokens(text):
        if token.kind is Lexeme.SEMICOLON:
            continue
        inside = text[token.start : token.end]
        code.append(text[at : token.start])
        at = token.end
        if token.kind not in COMMENTS:
            parts += (_words(code), inside)
        elif obeyed(inside):
            parts += (_words(code).rstrip(" "), _annotation(text, token))
        else:
            code.append(" ")
            continue
        code.clear()
    parts.append(_words([*code, text[at:]]))
    return "".join(_joined(parts)).rstrip(" ")


def _words(code: list[str]) -> str:
    return _AROUND.sub(r"\1", _BLANK.sub(" ", "".join(code)))


def _annotation(text: str, token: Token) -> str:
    """A comment that is obeyed, as it stands on its line: its place there can decide whether it is."""
    indent = text[text.rfind("\n", 0, token.start) + 1 : token.start]
    return f"\n{indent if not indent.strip() else ''}{text[token.start : token.end]}\n"


def _joined(parts: list[str]) -> Iterator[str]:
    """Drop the space at the start and after an annotation, where it separates nothing."""
    separated = True
    for part in parts:
        yield part.removeprefix(" ") if separated else part
        separated = part.endswith("\n") or (separated and not part)


def likeness(before: str, after: str) -> float:
    """Share of the longer text that stands in the other one as well, line by line: from 0 to 1."""
    lines, others = (Counter(_line_feeds(text).splitlines()) for text in (before, after))
    shared = sum(len(line) * count for line, count in (lines & others).items())
    longer = max(_letters(lines), _letters(others))
    return shared / longer if longer else 1.0


def _letters(lines: Counter[str]) -> int:
    return sum(len(line) * count for line, count in lines.items())


def first_changed_line(before: str, after: str) -> Span:
    """Offsets in `after` of its first line that differs, without its line end.

    That is its last line where lines are gone at the end. Line ends count only where nothing else differs.
    """
    if _line_feeds(before) != _line_feeds(after):
        before = _line_feeds(before)
        old, new = before.split("\n"), [line.removesuffix("\r") for line in after.split("\n")]
    else:
        old, new = before.split("\n"), after.split("\n")
    pairs = enumerate(zip(old, new, strict=False))
    number = next((at for at, (was, now) in pairs if was != now), min(len(old), len(new) - 1))
    if number and not new[number] and number == len(new) - 1:
        number -= 1
    raw = after.split("\n")
    start = sum(len(line) + 1 for line in raw[:number])
    return Span(start, start + len(raw[number].removesuffix("\r")))
