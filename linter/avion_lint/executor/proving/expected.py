"""What a runner will send, chunk by chunk in its order, so that what is seen on the wire is known for what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from avion_lint.record import record
from avion_lint.runners.migration import Chunk, Direction, MigrationFile
from avion_lint.source import Place


@record
class Sent:
    """A chunk of a migration as its runner sends it; `index` is its place among those of its section."""

    file: MigrationFile
    direction: Direction
    index: int
    chunk: Chunk

    @property
    def place(self) -> Place:
        """Where it stands; where it begins with what is no SQL, that belongs to it too."""
        return Place(self.file.document, self.chunk.span)


def to_be_sent(files: Iterable[MigrationFile], direction: Direction) -> tuple[Sent, ...]:
    """The chunks of migrations that are given in the order in which they will be run."""
    return tuple(sent for file in files for sent in _of_file(file, direction))


def _of_file(file: MigrationFile, direction: Direction) -> Iterator[Sent]:
    section = file.section(direction)
    for index, chunk in enumerate(section.chunks if section else ()):
        yield Sent(file, direction, index, chunk)


class Follower:
    """Follows a runner through what it will send."""

    def __init__(self, order: Sequence[Sent]) -> None:
        self._order = order
        self._starts: dict[str, list[int]] = {}
        self._next = 0
        self._texts = frozenset(sent.chunk.text.strip() for sent in order)
        for at, sent in enumerate(order):
            if sent.index == 0:
                self._starts.setdefault(sent.chunk.text.strip(), []).append(at)

    def knows(self, text: str) -> bool:
        """Whether a query is one of the chunks, without following the runner to it."""
        return text.strip() in self._texts

    def recognise(self, text: str) -> Sent | None:
        """The chunk that a query is; None for one that the runner asks for itself."""
        text = text.strip()
        at = self._next
        if at >= len(self._order) or self._order[at].chunk.text.strip() != text:
            at = next((start for start in self._starts.get(text, ()) if start >= self._next), -1)
        if at < 0:
            return None
        self._next = at + 1
        return self._order[at]
