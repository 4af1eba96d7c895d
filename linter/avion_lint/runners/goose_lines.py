"""Lines as goose's scanner cuts them, and what goose sees in one that is no annotation."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.runners.go_text import SPACE
from avion_lint.source import Span

# bufio.Scanner's buffer: a line and its line feed must fit into it.
LONGEST_LINE = 4 * 1024 * 1024

_BLANK = r"[^\S\n\x1c-\x1f]"  # what SPACE has but the line feed; a set spelled out takes ten times as long to compile
# What goose drops before a statement: empty lines, and lines that begin with a comment mark.
_LEADING = pattern(rf"(?:\r?\n|\r\Z|{_BLANK}*+--[^\n]*+(?:\n|\Z))*+")
_BEFORE_UP = pattern(rf"(?:{_BLANK}*+(?:--[^\n]*+)?\n|{_BLANK}*+(?:--[^\n]*+)?\Z)*+")
# Most statements of most files: no comment, nothing to trim, and one semicolon, at the end of its line.
EASY_STATEMENT = pattern(r"\n*+((?:[^;\s-](?:[^;-]++|-(?!-))*+)?+;)[ \t\r]*+(?:\n|\Z)")
_COMMENT_WORD = pattern(rf"(?:^|(?<={_BLANK}))--")


def after_leading(text: str, start: int, end: int) -> int:
    """Offset past the empty lines and comment lines that begin at `start`: what goose drops before a statement."""
    found = _LEADING.match(text, start, end)
    return found.end() if found else start


def after_header(text: str, start: int, end: int) -> int:
    """Offset past the blank lines and comment lines that begin at `start`: what goose allows before Up."""
    found = _BEFORE_UP.match(text, start, end)
    return found.end() if found else start


def scannable(text: str) -> tuple[int, Span | None]:
    """How far goose's scanner gets, and the line that is too long for it."""
    at = 0
    fewest = LONGEST_LINE // 4  # no character takes more than four bytes
    while len(text) - at >= fewest:
        feed = text.rfind("\n", at, at + fewest)
        if feed < 0:
            feed = text.find("\n", at)
            stop = len(text) if feed < 0 else feed
            if len(text[at:stop].encode("utf-8", "surrogatepass")) >= LONGEST_LINE:
                return at, Span(at, stop)
            if feed < 0:
                break
        at = feed + 1
    return len(text), None


def ending_semicolon(line: str) -> int:
    """Offset in a line of the semicolon at which goose ends a statement, or -1.

    It is the last character of the last word before a word that opens a comment; a word is what stands between
    white space.
    """
    comment = _COMMENT_WORD.search(line) if "--" in line else None
    code = (line[: comment.start()] if comment else line).rstrip(SPACE)
    return len(code) - 1 if code.endswith(";") else -1


def opens_comment(line: str) -> bool:
    """Whether goose sees a comment in a line: a word that begins with two dashes, be it inside a string."""
    return _COMMENT_WORD.search(line) is not None


def line_around(text: str, at: int, end: int) -> tuple[int, int, int]:
    """Line of `text[:end]` around `at`: where it begins, ends (without its line end), and the next begins.

    A line ends at a line feed, and one carriage return before it (or before the end) belongs to the line end.
    """
    start = text.rfind("\n", 0, at) + 1
    feed = text.find("\n", at, end)
    stop, following = (end, end) if feed < 0 else (feed, feed + 1)
    if stop > start and text[stop - 1] == "\r":
        stop -= 1
    return start, stop, following


def line_span(text: str, at: int) -> Span:
    """Span of the line around `at`, without its line end."""
    start, stop, _ = line_around(text, at, len(text))
    return Span(start, stop)
