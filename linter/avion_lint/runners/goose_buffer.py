"""goose's statement buffer: whole lines collected until a statement ends, with the way back to the document."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.runners.go_text import SPACE
from avion_lint.runners.migration import Chunk
from avion_lint.source import Segment, SourceMap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.runners.goose_envsub import Substituted

    _Run = tuple[int, int, Substituted | None]


class Buffer:
    """Lines of a document that goose has put together; false as long as no line was added."""

    __slots__ = ("_block_at", "_document", "_runs")

    def __init__(self, document: str) -> None:
        self._document = document
        self.clear()

    def __bool__(self) -> bool:
        return bool(self._runs)

    def clear(self) -> None:
        """Forget the lines."""
        self._runs: list[_Run] = []  # stretches of the document; a substituted line without its line end
        self._block_at = 0

    def open_block(self) -> None:
        """Remember how much was there when a StatementBegin was read."""
        self._block_at = len(self._runs)

    def add(self, start: int, end: int) -> None:
        """Add the lines `[start, end)` of the document."""
        self._runs.append((start, end, None))

    def add_substituted(self, line: Substituted, start: int, stop: int, following: int) -> None:
        """Add a line after substitution, which stood at `[start, stop)`; the next line begins at `following`."""
        if line.text == self._document[start:stop]:
            self._runs.append((start, following, None))
            return
        self._runs.append((start, stop, line))
        if following > stop:
            self._runs.append((following - 1, following, None))

    def text(self) -> str:
        """Put together what goose has, untrimmed."""
        return self._derived(0, len(self._runs))[0]

    def chunk(self) -> tuple[Chunk, int]:
        """Make the statement as goose sends it (trimmed); and the number of its characters before a StatementBegin.

        The buffer must hold a line.
        """
        text, segments = self._derived(0, len(self._runs))
        sent = text.strip(SPACE)
        origin = self._runs[0][0]
        if not sent:
            return Chunk("", SourceMap((Segment(0, 0, origin, origin),))), 0
        lead = len(text) - len(text.lstrip(SPACE))
        before_block = len(self._derived(0, self._block_at)[0]) - lead if self._block_at else 0
        if segments:
            places = SourceMap(tuple(_merged(_cut(segments, lead, lead + len(sent)))))
        else:
            places = SourceMap.shifted(len(sent), origin + lead)
        return Chunk(sent, places), max(0, min(before_block, len(sent)))

    def _derived(self, first: int, last: int) -> tuple[str, list[Segment]]:
        """Text of some runs, with segments unless it is a plain slice of the document."""
        if last - first == 1:
            start, end, line = self._runs[first]
            if line is None and self._document.find("\r\n", start, end) < 0:
                return self._document[start:end], []
        pieces: list[str] = []
        segments: list[Segment] = []
        length = 0
        for piece, origin, origin_end in self._pieces(first, last):
            pieces.append(piece)
            segments.append(Segment(length, length + len(piece), origin, origin_end))
            length += len(piece)
        return "".join(pieces), segments

    def _pieces(self, first: int, last: int) -> Iterator[tuple[str, int, int]]:
        for start, end, line in self._runs[first:last]:
            if line is None:
                yield from _unix_lines(self._document, start, end)
                continue
            for part in line.segments:
                yield line.text[part.start : part.end], start + part.origin, start + part.origin_end


def _unix_lines(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Stretches of `[start, end)` without the carriage return that goose takes away before each line feed."""
    while (feed := text.find("\r\n", start, end)) >= 0:
        if feed > start:
            yield text[start:feed], start, feed
        start = feed + 1
    if end > start:
        yield text[start:end], start, end


def _cut(segments: list[Segment], start: int, end: int) -> Iterator[Segment]:
    """Segments of the derived text `[start, end)`, counted from `start`."""
    for segment in segments:
        first, last = max(segment.start, start), min(segment.end, end)
        if first >= last:
            continue
        if segment.is_linear:
            origin = segment.origin + first - segment.start
            yield Segment(first - start, last - start, origin, origin + last - first)
        else:
            yield Segment(first - start, last - start, segment.origin, segment.origin_end)


def _merged(segments: Iterator[Segment]) -> Iterator[Segment]:
    """Neighbours that follow one another in the document too become one segment."""
    held: Segment | None = None
    for segment in segments:
        if held and held.is_linear and segment.is_linear and held.origin_end == segment.origin:
            held = Segment(held.start, segment.end, held.origin, segment.origin_end)
            continue
        if held:
            yield held
        held = segment
    if held:
        yield held
