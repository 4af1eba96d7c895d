"""Where a script's characters come from, through quotes, heredocs and the YAML around them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from avion_lint.record import record
from avion_lint.source import Document, Place, Segment, SourceMap

UNKNOWN = "\ue000"
"""Stands for a character that is not known before the script runs; whole runs of it are one unknown stretch."""


@record
class Origin:
    """The document a text was taken from, and the way from the text's characters back into it."""

    document: Document
    map: SourceMap

    @staticmethod
    def of(document: Document) -> Origin:
        """Origin of a text that is the whole of its document."""
        return Origin(document, SourceMap.shifted(len(document.text), 0))

    def place(self, start: int, end: int) -> Place:
        """Place in the document of the text `[start, end)`."""
        return Place(self.document, self.map.span(start, end))


@record
class Stretch:
    """A stretch of a text: character offsets into it, the end excluded."""

    origin: Origin
    start: int
    end: int

    @property
    def place(self) -> Place:
        """The stretch in the document."""
        return self.origin.place(self.start, self.end)


@record
class Piece:
    """A run of derived text and the stretch `[start, end)` of the outer text that it was made from.

    When both are equally long, character follows character. `known` is false where the text only fills a gap.
    """

    text: str
    start: int
    end: int
    known: bool = True


@record
class Derived:
    """A text made from another: a word without its quotes, the body of a heredoc."""

    text: str
    origin: Origin

    @property
    def is_known(self) -> bool:
        """Whether no stretch of it is unknown."""
        return UNKNOWN not in self.text

    def place(self, start: int, end: int) -> Place:
        """Place in the document of the characters `[start, end)`."""
        return self.origin.place(start, end)


def derive(pieces: Iterable[Piece], outer: Origin) -> Derived:
    """Join pieces of an outer text, and map the result through the outer text's own map."""
    kept = [piece for piece in pieces if piece.text]
    text = "".join(piece.text for piece in kept)
    if not kept:
        return Derived("", Origin(outer.document, SourceMap((Segment(0, 0, 0, 0),))))
    return Derived(text, Origin(outer.document, SourceMap(tuple(_segments(kept, outer.map)))))


def nothing_at(outer: Origin, at: int) -> Derived:
    """An empty text that stands at an offset of an outer one."""
    origin = outer.map.origin(at)
    return Derived("", Origin(outer.document, SourceMap((Segment(0, 0, origin, origin),))))


def _segments(pieces: list[Piece], outer: SourceMap) -> Iterator[Segment]:
    at = 0
    for piece in pieces:
        size = len(piece.text)
        if size != piece.end - piece.start:
            span = outer.span(piece.start, piece.end)
            yield Segment(at, at + size, span.start, span.end)
        else:
            yield from _linear(piece.start, piece.end, at - piece.start, outer.segments)
        at += size


def _linear(start: int, end: int, shift: int, segments: tuple[Segment, ...]) -> Iterator[Segment]:
    """Cut a run at the borders of the outer map's own runs."""
    first = max(bisect_right(segments, start, key=lambda segment: segment.start) - 1, 0)
    for number in range(first, len(segments)):
        segment = segments[number]
        if segment.start >= end:
            return
        low = max(start, segment.start)
        high = end if number == len(segments) - 1 else min(end, segment.end)
        if low >= high:
            continue
        if segment.is_linear:
            origin = segment.origin + low - segment.start
            yield Segment(low + shift, high + shift, origin, origin + high - low)
        else:
            yield Segment(low + shift, high + shift, segment.origin, segment.origin_end)
