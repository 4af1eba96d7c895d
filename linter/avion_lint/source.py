"""Documents and places in them: text that never changes, and character offsets into it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import islice

from avion_lint.hashing import hasher
from avion_lint.record import cached_property, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@record(order=True)
class Span:
    """A stretch of text: character offsets, the end excluded."""

    start: int
    end: int


@record(order=True)
class Position:
    """A line and a column for people, both counted from 1; columns count characters."""

    line: int
    column: int


@record(caches=True)
class Document:
    """A file as it was read: its path from the repository's root and its decoded text.

    The text keeps its byte order mark, its line ends and its tabs, so that an offset into it is an offset
    into the file. A line ends at a line feed; a carriage return before it belongs to the line end.
    """

    path: str
    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return list(_line_starts(self.text))

    @property
    def _is_short(self) -> bool:
        """Whether lines are found as fast without a table, which would take more room than the text."""
        return len(self.text) <= _SHORT

    def position(self, offset: int) -> Position:
        """Line and column of a character offset; an offset past the end counts as the end.

        A byte order mark takes no column, as in editors and in SARIF (2.1.0, 3.30.2).
        """
        text = self.text
        offset = max(0, min(offset, len(text)))
        if self._is_short:
            line, start = text.count("\n", 0, offset) + 1, text.rfind("\n", 0, offset) + 1
        else:
            line = bisect_right(self._line_starts, offset)
            start = self._line_starts[line - 1]
        mark = line == 1 and offset > 0 and text.startswith("\ufeff")
        return Position(line, offset - start + (0 if mark else 1))

    def line(self, number: int) -> str:
        """Text of a line, counted from 1, without its line end."""
        span = self.line_span(number)
        return self.text[span.start : span.end]

    def line_span(self, number: int) -> Span:
        """Offsets of a line, counted from 1, without its line end. Raises IndexError where there is none."""
        return self._line_from(self._line_start(number))

    def line_around(self, offset: int) -> Span:
        """Offsets of the line that a character stands in, without its line end."""
        if self._is_short:
            return self._line_from(self.text.rfind("\n", 0, offset) + 1)
        return self._line_from(self._line_starts[bisect_right(self._line_starts, offset) - 1])

    def _line_from(self, start: int) -> Span:
        end = self.text.find("\n", start)
        end = end if end >= 0 else len(self.text)
        if end > start and self.text[end - 1] == "\r":
            end -= 1
        return Span(start, end)

    def _line_start(self, number: int) -> int:
        if not self._is_short:
            return self._line_starts[number - 1]
        start = next(islice(_line_starts(self.text), number - 1, None), None)
        if start is None:
            raise IndexError(f"{self.path} has no line {number}")
        return start

    @property
    def line_count(self) -> int:
        """Number of lines; the empty text after a last line feed is not one, an empty file has one."""
        ends = self.text.count("\n") if self._is_short else len(self._line_starts) - 1
        return ends if self.text.endswith("\n") else ends + 1

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the file's bytes (only UTF-8 is ever decoded, so encoding gives them back)."""
        return str(hasher("sha256")(self.text.encode()).hexdigest())


class Later(Document):
    """A document whose text is read when somebody asks for it."""

    __slots__ = ()

    def __init__(self, path: str, read: Callable[[], bytes]) -> None:
        """`read` gives the bytes of the text, in UTF-8."""
        _put_path(self, path)
        self.__dict__["_read"] = read

    @cached_property
    def text(self) -> str:
        """The text."""
        return str(self.__dict__["_read"](), "utf-8")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Document):
            return NotImplemented
        return self.path == other.path and self.text == other.text

    __hash__ = Document.__hash__

    def __reduce__(self) -> tuple[type[Document], tuple[str, str]]:
        return Document, (self.path, self.text)


_put_path = Document.path.__set__  # type: ignore[attr-defined]


_SHORT = 4096  # characters


def _line_starts(text: str) -> Iterator[int]:
    at = 0
    while True:
        yield at
        at = text.find("\n", at) + 1
        if not at:
            return


@record
class Place:
    """A stretch of a document."""

    document: Document
    span: Span

    @property
    def text(self) -> str:
        """The text at this place."""
        return self.document.text[self.span.start : self.span.end]

    @property
    def start(self) -> Position:
        """Where the place begins, for people."""
        return self.document.position(self.span.start)

    @property
    def end(self) -> Position:
        """Where the place ends, for people; the column is the one after the last character."""
        return self.document.position(self.span.end)

    @property
    def sort_key(self) -> tuple[str, int, int]:
        """Order of reports: by path, then by offset."""
        return (self.document.path, self.span.start, self.span.end)


UNKNOWN = "\ue000"
"""Stands in a text for a character that is not known before a script runs or a template is rendered, once for each."""


@record
class Segment:
    """A run of derived text `[start, end)` that came from `[origin, origin_end)` of a document.

    When both runs are equally long, character follows character; when not (a replaced placeholder), every
    character of the run came from the whole of the origin.
    """

    start: int
    end: int
    origin: int
    origin_end: int

    @property
    def is_linear(self) -> bool:
        """Whether characters map one to one."""
        return self.end - self.start == self.origin_end - self.origin


@record
class SourceMap:
    """Where the characters of a derived text came from: segments in order, without gaps in the derived text."""

    segments: tuple[Segment, ...]

    @staticmethod
    def shifted(length: int, origin: int) -> SourceMap:
        """Map of a text that is a plain slice of its document, beginning at `origin`."""
        return SourceMap((Segment(0, length, origin, origin + length),))

    def at(self, offset: int) -> Segment:
        """The segment that the derived character at `offset` is in; the first or last one where there is none."""
        at = bisect_right(self.segments, offset, key=lambda segment: segment.start)
        return self.segments[max(at - 1, 0)]

    def origin(self, offset: int) -> int:
        """Offset in the document of the derived character at `offset`."""
        segment = self.at(offset)
        if not segment.is_linear:
            return segment.origin
        return min(segment.origin + (offset - segment.start), segment.origin_end)

    def span(self, start: int, end: int) -> Span:
        """Span in the document of the derived text `[start, end)`."""
        if len(self.segments) == 1:  # a slice, as most texts are
            only = self.segments[0]
            by = only.origin - only.start
            if by == only.origin_end - only.end:
                first = min(start + by, only.origin_end)
                return Span(first, end + by if end + by > first and end > start else first)
        first = self.origin(start)
        if end <= start:
            return Span(first, first)
        last = self.at(end - 1)
        if last.is_linear:
            return Span(first, max(first, last.origin + (end - last.start)))
        return Span(first, max(first, last.origin_end))

    def through(self, outer: SourceMap) -> SourceMap:
        """Map that leads on to where `outer` leads from the text that this one leads to."""
        return SourceMap(tuple(piece for segment in self.segments for piece in _led_on(segment, outer)))


def _led_on(segment: Segment, outer: SourceMap) -> Iterator[Segment]:
    """The pieces of a segment, cut where the outer map's segments meet."""
    if not segment.is_linear or segment.start == segment.end:
        span = outer.span(segment.origin, segment.origin_end)
        yield Segment(segment.start, segment.end, span.start, span.end)
        return
    shift, at = segment.start - segment.origin, segment.origin
    while at < segment.origin_end:
        run = outer.at(at)
        end = segment.origin_end if run.end <= at else min(segment.origin_end, run.end)
        span = outer.span(at, end) if run.is_linear else Span(run.origin, run.origin_end)
        yield Segment(at + shift, end + shift, span.start, span.end)
        at = end


@record
class Excerpt:
    """Text that is read by itself, and where its characters stand in a file.

    A script in a workflow, a manifest in a script's here-document, SQL in a command: `origin` leads from offsets in
    `text` to the document, None where they are the same.
    """

    document: Document
    text: str
    origin: SourceMap | None = None

    @staticmethod
    def whole(document: Document) -> Excerpt:
        """A file as it is."""
        return Excerpt(document, document.text)

    def span(self, span: Span) -> Span:
        """Where a stretch of the text stands in the document."""
        return self.origin.span(span.start, span.end) if self.origin else span

    def place(self, span: Span) -> Place:
        """The same as a place."""
        return Place(self.document, self.span(span))

    def part(self, text: str, origin: SourceMap) -> Excerpt:
        """Text that was made of this one; `origin` leads from it to here."""
        return Excerpt(self.document, text, origin.through(self.origin) if self.origin else origin)

    def slice(self, span: Span) -> Excerpt:
        """A stretch of the text as it is."""
        return self.part(self.text[span.start : span.end], SourceMap.shifted(span.end - span.start, span.start))
