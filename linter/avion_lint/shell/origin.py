"""Where a script's characters come from, through quotes, heredocs and the YAML around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.record import record
from avion_lint.source import Excerpt, Place, Segment, SourceMap, Span


@record
class Stretch:
    """A stretch of a text: character offsets into it, the end excluded."""

    text: Excerpt
    start: int
    end: int

    @property
    def place(self) -> Place:
        """The stretch in the document."""
        return self.text.place(Span(self.start, self.end))


@record
class Piece:
    """A run of derived text and the stretch `[start, end)` of the outer text that it was made from.

    When both are equally long, character follows character. `known` is false where the text only fills a gap.
    """

    text: str
    start: int
    end: int
    known: bool = True


def derive(pieces: Iterable[Piece], outer: Excerpt) -> Excerpt:
    """Join pieces of an outer text to one of their own: a word without its quotes, the body of a heredoc."""
    kept = [piece for piece in pieces if piece.text]
    segments = tuple(_segments(kept)) or (Segment(0, 0, 0, 0),)
    return outer.part("".join(piece.text for piece in kept), SourceMap(segments))


def nothing_at(outer: Excerpt, at: int) -> Excerpt:
    """An empty text that stands at an offset of an outer one."""
    return outer.part("", SourceMap((Segment(0, 0, at, at),)))


def _segments(pieces: list[Piece]) -> Iterator[Segment]:
    at = 0
    for piece in pieces:
        yield Segment(at, at + len(piece.text), piece.start, piece.end)
        at += len(piece.text)
