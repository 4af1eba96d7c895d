"""Where a place stands, in the lines and columns that reports give."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.source import Document, Place, Position

BYTE_ORDER_MARK = "\ufeff"


@record
class Extent:
    """Lines and columns of a place, counted from 1 in characters; the end column is the one after the last.

    The line end that a place may include is not counted to it, and the nothing after the last line end counts
    as the end of the last line, because no editor or review page has a line to show there. `start` and `end`
    are the offsets, `first_end` is the one where its first line, or itself if that comes first, ends.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int
    first_end: int

    @property
    def goes_on(self) -> bool:
        """Whether the place has more than one line."""
        return self.end_line > self.line


def extent(place: Place) -> Extent:
    """Lines and columns of a place."""
    document = place.document
    start = _within_line(document, place.span.start)
    end = max(start, _without_line_end(document, start, place.span.end))
    first, last = document.position(start), document.position(end)
    first_end = end if first.line == last.line else min(end, document.line_around(start).end)
    return Extent(first.line, first.column, last.line, last.column, start, end, first_end)


def beginning(place: Place) -> Position:
    """Line and column of a place's extent."""
    document = place.document
    return document.position(_within_line(document, place.span.start))


_LINE_ENDS = ("\r", "\n", "")


def utf16_column(document: Document, line: int, offset: int) -> int:
    """Column of an offset in a line, from 1 in UTF-16 code units; a byte order mark is not counted."""
    before = document.text[document.line_span(line).start : offset]
    return len(before.removeprefix(BYTE_ORDER_MARK if line == 1 else "").encode("utf-16-le")) // 2 + 1


def _within_line(document: Document, offset: int) -> int:
    """Nearest offset before or at `offset` that is on a line and not inside its line end."""
    if document.text[offset : offset + 1] not in _LINE_ENDS:
        return offset
    line = min(document.position(offset).line, document.line_count)
    return max(0, min(offset, document.line_span(line).end))


def _without_line_end(document: Document, start: int, end: int) -> int:
    end = min(end, len(document.text))
    while end > start and document.text[end - 1] in "\r\n":
        end -= 1
    return end
