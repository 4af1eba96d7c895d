"""Runs of a scalar's text and where they come from, while they are gathered."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.record import record

BREAK = "(?:\r\n|[\r\n\x85\u2028\u2029])"
"""A line break of YAML 1.1, which PyYAML reads: Unicode's are among them."""
_LINE = pattern(f"([^\r\n\x85\u2028\u2029]*)({BREAK}?)")


@record
class Run:
    """`text` (None: one character, by an escape) that came from `[start, end)` of the source."""

    text: str | None
    start: int
    end: int

    @property
    def length(self) -> int:
        """Characters of the derived text."""
        return 1 if self.text is None else len(self.text)


@record
class Line:
    """A line's text from `start` to `end`, and where its break ends; `end` where it has none."""

    start: int
    end: int
    break_end: int


def lines(source: str, start: int, end: int) -> list[Line]:
    """Lines of a stretch of source; the last one has no break (and may be empty)."""
    made: list[Line] = []
    while True:
        found = _LINE.match(source, start, end)
        assert found is not None  # noqa: S101 - the pattern matches the empty text
        made.append(Line(start, found.end(1), found.end()))
        if found.end() == found.end(1):
            return made
        start = found.end()


def break_run(source: str, line: Line) -> Run:
    """The character that a line's break becomes: a line feed, but for the two separators of Unicode."""
    found = source[line.end : line.break_end]
    return Run(found if found in {"\u2028", "\u2029"} else "\n", line.end, line.break_end)


def agree(runs: list[Run], text: str) -> bool:
    """Whether the runs make up the text; any character does for an escape."""
    at = 0
    for run in runs:
        if run.text is not None and text[at : at + len(run.text)] != run.text:
            return False
        at += run.length
    return at == len(text)
