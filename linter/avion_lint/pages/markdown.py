"""Markdown as far as pages need it: sections, and fenced code that is never taken for headings."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.pattern import pattern
from avion_lint.record import record

_FENCE = pattern(r" {0,3}(?P<ticks>`{3,}|~{3,})[ \t]*(?P<info>.*?)[ \t]*$")
_HEADING = pattern(r"(?P<level>#{1,6})[ \t]+(?P<title>.*?)[ \t]*#*$")


class UnclosedFenceError(Exception):
    """A fence is not closed; `line` is where it opens."""

    def __init__(self, line: int) -> None:
        super().__init__(f"the fence in line {line} is not closed")
        self.line = line


@record
class Line:
    """A line outside fences; numbers count from 1."""

    number: int
    text: str

    @property
    def heading(self) -> tuple[int, str] | None:
        """Level and title where the line is a heading."""
        found = _HEADING.match(self.text)
        return (len(found["level"]), found["title"]) if found else None


@record
class Fence:
    """Fenced code: the line that opens it, its info string, and the lines between the marks."""

    number: int
    opening: str
    info: str
    lines: tuple[Line, ...]

    @property
    def closing(self) -> str:
        """The line that closes it, in its shortest form."""
        found = _FENCE.match(self.opening)
        return found["ticks"] if found else "```"


Part = Line | Fence


@record
class Section:
    """A heading of the first or second level with what follows it."""

    level: int
    title: str
    line: int
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The Markdown under the heading, without empty lines around it."""
        return source(self.parts)

    @property
    def fences(self) -> tuple[Fence, ...]:
        """Fenced code in order."""
        return tuple(part for part in self.parts if isinstance(part, Fence))


def source(parts: tuple[Part, ...]) -> str:
    """Markdown of these parts, without empty lines around it."""
    return "\n".join(line for part in parts for line in _source_lines(part)).strip("\n")


def _source_lines(part: Part) -> Iterator[str]:
    if isinstance(part, Line):
        yield part.text
        return
    yield part.opening
    yield from (line.text for line in part.lines)
    yield part.closing


def sections(text: str) -> tuple[Section, ...]:
    """Sections of a page, what stands before the first heading at level 0; raises UnclosedFenceError."""
    found: list[Section] = []
    level, title, at = 0, "", 1
    parts: list[Part] = []
    for part in parts_of(text):
        heading = part.heading if isinstance(part, Line) else None
        if heading is None or heading[0] > 2:  # noqa: PLR2004 - deeper headings belong to their section
            parts.append(part)
            continue
        found.append(Section(level, title, at, tuple(parts)))
        level, title, at, parts = *heading, part.number, []
    found.append(Section(level, title, at, tuple(parts)))
    return tuple(found)


def parts_of(text: str) -> Iterator[Part]:
    """Lines and fences in order; raises UnclosedFenceError."""
    lines = [Line(number, line) for number, line in enumerate(text.splitlines(), 1)]
    at = 0
    while at < len(lines):
        opening = _FENCE.match(lines[at].text)
        if opening is None:
            yield lines[at]
            at += 1
            continue
        end = _closing(lines, at + 1, opening["ticks"])
        if end is None:
            raise UnclosedFenceError(lines[at].number)
        yield Fence(lines[at].number, lines[at].text, opening["info"], tuple(lines[at + 1 : end]))
        at = end + 1


def _closing(lines: list[Line], start: int, ticks: str) -> int | None:
    for at in range(start, len(lines)):
        found = _FENCE.match(lines[at].text)
        if found and not found["info"] and found["ticks"].startswith(ticks):
            return at
    return None
