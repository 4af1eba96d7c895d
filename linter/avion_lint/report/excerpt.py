"""A line of source with carets under a place, right under wide characters, combining marks and tabs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

from avion_lint.record import record
from avion_lint.report.extent import BYTE_ORDER_MARK, Extent, extent
from avion_lint.report.hiding import hidden, without_secrets
from avion_lint.report.plain import cells, width
from avion_lint.report.style import Paint, Style
from avion_lint.source import Document, Place

_CUT = "…"
_LEAST = 20


@record
class _Line:
    """What is shown of a line, the columns before the carets, and the carets."""

    source: str
    indent: int
    carets: str


def excerpt(place: Place, style: Style, paint: Paint, columns: int, *, hide: bool = False) -> list[str]:
    """Return the first line of a place behind its number, and under it a line of carets.

    Both take at most `columns` columns of a terminal; a longer line is cut to the part around the place. Secrets are
    shown as stars, with `hide` all of the place.
    """
    where = extent(place)
    number = str(where.line)
    line = _line(place.document, where, max(_LEAST, columns - len(number) - 3), hide=hide)
    carets = style.paint(paint, line.carets) + (f" to line {where.end_line}" if where.goes_on else "")
    return [
        f"{style.paint(Paint.QUIET, f'{number} |')} {line.source}".rstrip(),
        f"{style.paint(Paint.QUIET, ' ' * len(number) + ' |')} {' ' * line.indent}{carets}",
    ]


def _line(document: Document, where: Extent, columns: int, *, hide: bool) -> _Line:
    span = document.line_around(where.start)
    # Far more than can be shown on either side: a file may be one line of megabytes.
    begin = max(span.start, where.start - 4 * columns)
    text = without_secrets(document.text[begin : min(span.end, where.start + 4 * columns)])
    if hide:
        text = hidden(text, where.start - begin, where.first_end - begin)
    first, last = where.start - begin, min(where.first_end - begin, len(text))
    is_plain = text.isascii() and text.isprintable()
    if is_plain and len(text) <= columns and begin == span.start and where.start + 4 * columns >= span.end:
        return _Line(text, first, "^" * max(1, last - first))
    shown = cells(text)
    if begin == 0 and text.startswith(BYTE_ORDER_MARK):
        shown[0] = ""
    edges = list(range(len(text) + 1)) if is_plain else [0, *accumulate(map(width, shown))]
    window = _window(edges, first, last, columns)
    left = _CUT if begin + window.start > span.start else ""
    right = _CUT if begin + window.stop < span.end else ""
    under = max(1, edges[min(last, window.stop)] - edges[first])
    indent = len(left) + edges[first] - edges[window.start]
    return _Line(left + "".join(shown[window.start : window.stop]) + right, indent, "^" * under)


def _window(edges: list[int], first: int, last: int, columns: int) -> range:
    """Characters to show: all where they fit, else a part with the place in its middle.

    `edges` holds the column before every character, and the one after the last.
    """
    if edges[-1] <= columns:
        return range(len(edges) - 1)
    room = columns - 2 * len(_CUT)
    before = max(room // 4, (room - (edges[last] - edges[first])) // 2)
    begin = max(0, min(edges[first] - before, edges[-1] - room))
    start = min(first, bisect_right(edges, edges[bisect_left(edges, begin)]) - 1)
    return range(start, bisect_right(edges, edges[start] + room) - 1)
