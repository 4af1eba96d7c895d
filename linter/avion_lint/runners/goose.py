"""goose migrations: what goose makes of a file, and where that differs from what the eye reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from avion_lint.runners.goose_annotations import Annotation, Marked, Profile, marked, profile_of
from avion_lint.runners.goose_glance import outline, sends_each
from avion_lint.runners.goose_misreadings import misreadings
from avion_lint.runners.goose_names import parse_name
from avion_lint.runners.goose_parser import parse
from avion_lint.runners.goose_reading import Reading
from avion_lint.runners.migration import (
    Contents,
    Direction,
    FileName,
    Kind,
    MigrationFile,
    Misreading,
    Outline,
    Runner,
    Section,
)
from avion_lint.source import Document, Span

__all__ = ["Profile", "parse_name", "profile_of", "read"]


def read(document: Document, profile: Profile, environment: Mapping[str, str] | None = None) -> MigrationFile:
    """Read a migration exactly as goose does.

    The sections hold what goose sends, in order. A file without a Down annotation has no such section (goose runs
    nothing then), and a file that goose refuses in a direction has a section with the error and no chunks.
    `environment` is what ENVSUB substitutes from; with None no value is known, and identifier characters of the
    same length stand for each. A name that goose does not take gives a versioned file without a version.
    """
    name = parse_name(document.path.rpartition("/")[2])
    kind, version, description = (
        (name.kind, name.version, name.description) if isinstance(name, FileName) else (Kind.VERSIONED, None, "")
    )
    if kind is Kind.CODE:
        return MigrationFile(document, Runner.GOOSE, kind, version, description)
    contents = _Contents(document, profile, environment)
    return MigrationFile(document, Runner.GOOSE, kind, version, description, contents)


class _Contents(Contents):
    """A file's text, read in a direction when that direction is wanted."""

    __slots__ = ("_document", "_environment", "_marked", "_profile", "_readings", "_sections")

    def __init__(self, document: Document, profile: Profile, environment: Mapping[str, str] | None) -> None:
        self._document = document
        self._profile = profile
        self._environment = environment
        self._marked: Marked | None = None
        self._readings: dict[Direction, Reading] = {}
        self._sections: dict[Direction, Section | None] = {}

    def _reading(self, direction: Direction) -> Reading:
        if direction not in self._readings:
            text = self._document.text
            self._marked = self._marked or marked(text, self._profile)
            self._readings[direction] = parse(text, direction, self._marked, self._environment)
        return self._readings[direction]

    def section(self, direction: Direction) -> Section | None:
        """The section of that direction, None without its annotation."""
        if direction not in self._sections:
            reading = self._reading(direction)
            self._sections[direction] = _section(self._document, reading) if _exists(reading) else None
        return self._sections[direction]

    def outline(self) -> Outline | None:
        """The Up section, where goose does no more than cut it at semicolons."""
        text = self._document.text
        return outline(text, self._marked or marked(text, self._profile))

    def sends_each(self, seen: Outline, statements: Sequence[Span]) -> bool:
        """Whether goose cuts only between these statements."""
        return sends_each(self._document.text, seen, statements)

    def forget(self) -> None:
        """Let go of what was read."""
        self._marked = None
        self._readings.clear()
        self._sections.clear()

    def settings(self) -> tuple[object, ...]:
        """What goose version reads it, and what it substitutes from."""
        return self._profile, self._environment

    def misreadings(self) -> tuple[Misreading, ...]:
        """Where goose reads otherwise than the eye."""
        readings = [self._reading(direction) for direction in Direction]
        return misreadings(self._document.text, self._profile, self._environment, readings)


def _exists(reading: Reading) -> bool:
    wanted = Annotation.UP if reading.direction is Direction.UP else Annotation.DOWN
    return reading.error is not None or any(line.annotation is wanted for line in reading.annotations)


def _section(document: Document, reading: Reading) -> Section:
    return Section(
        reading.direction,
        _extent(document, reading),
        reading.transaction,
        tuple(query.chunk for query in reading.queries),
        reading.error,
    )


def _extent(document: Document, reading: Reading) -> Span:
    """From the section's own annotation to the other one; the whole file where goose did not get there."""
    starts = {line.annotation: line.span.start for line in reading.annotations}
    whole = Span(0, len(document.text))
    if reading.direction is Direction.DOWN:
        return Span(starts.get(Annotation.DOWN, whole.start), whole.end)
    return Span(starts.get(Annotation.UP, whole.start), starts.get(Annotation.DOWN, whole.end))
