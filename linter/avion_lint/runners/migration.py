"""The words that both runners share: a migration file, its sections, and the chunks that are sent."""

from __future__ import annotations

from collections.abc import Sequence

from avion_lint.enumeration import StrEnum
from avion_lint.record import cached_property, field, record
from avion_lint.source import Document, Place, SourceMap, Span

GOOSE_TABLE = "goose_db_version"
"""Where goose keeps what is applied, unless it is told otherwise."""


class Runner(StrEnum):
    """The program that runs the migrations."""

    GOOSE = "goose"
    FLYWAY = "flyway"


class Kind(StrEnum):
    """What sort of migration a file is."""

    VERSIONED = "versioned"
    REPEATABLE = "repeatable"
    BASELINE = "baseline"
    UNDO = "undo"
    CALLBACK = "callback"
    CODE = "code"  # Go or Java beside the SQL: it runs, and nobody can read what it does


class Direction(StrEnum):
    """Which way a section changes the database."""

    UP = "up"
    DOWN = "down"


@record(order=True)
class Version:
    """A migration's version; ordered and equal by its numbers, whatever its spelling (Flyway: 1 = 01 = 1.0)."""

    parts: tuple[int, ...]
    text: str = field(compare=False)

    def __str__(self) -> str:
        return self.text


@record
class FileName:
    """What a runner takes from a file's name."""

    kind: Kind
    version: Version | None
    description: str


@record
class NameProblem:
    """Why a runner does not take a file as a migration, though it looks like one.

    `refused` tells whether the runner stops with an error; otherwise it passes over the file in silence.
    `suggestion` is a name that the runner would take, or empty.
    """

    reason: str
    refused: bool
    suggestion: str = ""


@record
class Chunk:
    """One query as the runner sends it: usually one statement, sometimes none, several or a part of one.

    `text` is what is sent; where a placeholder's value is unknown, letters of the same length stand for it, so
    that it still parses. `origin` leads from every character back to the document. `transactional` is False where
    Flyway recognises a statement that it will not run inside a transaction. `masked` tells that such letters are in
    it: then a syntax error may be theirs.
    """

    text: str
    origin: SourceMap
    transactional: bool = True
    masked: bool = False

    @property
    def span(self) -> Span:
        """Where the chunk stands in its document."""
        return self.origin.span(0, len(self.text))


@record
class ReadError:
    """The runner refuses the file: its own words, and the place that made it stop."""

    text: str
    span: Span


@record
class Section:
    """One direction of a migration: what is sent, in order, and whether in one transaction.

    With an error there are no chunks: the runner sends nothing.
    """

    direction: Direction
    span: Span
    transaction: bool
    chunks: tuple[Chunk, ...]
    error: ReadError | None = None


class Misread(StrEnum):
    """The ways in which a runner reads a file otherwise than the eye does."""

    DIRECTIVE_AS_COMMENT = "directive-as-comment"
    DIRECTIVE_BY_VERSION = "directive-by-version"
    EMPTY_BLOCK_SWALLOWS = "empty-block-swallows"
    SEMICOLON_MISSED = "semicolon-missed"
    SEMICOLON_INSIDE = "semicolon-inside"
    SEVERAL_IN_CHUNK = "several-in-chunk"
    SUBSTITUTION_IN_BODY = "substitution-in-body"
    UNFINISHED_BEFORE_BLOCK = "unfinished-before-block"
    DOLLAR_SWALLOWS = "dollar-swallows"
    PARENTHESIS_SWALLOWS = "parenthesis-swallows"
    PARENTHESIS_LOST = "parenthesis-lost"


@record
class Misreading:
    """One place where the runner reads otherwise than the eye; `detail` says what it makes of it."""

    kind: Misread
    span: Span
    detail: str


@record
class Outline:
    """An Up section as it stands in the file, of which only the bounds are known.

    `span` holds all of its text, comments and annotations among it; each of the `blocks` in it is sent as one.
    """

    span: Span
    blocks: tuple[Span, ...] = ()


class Contents:
    """What a runner reads in a file, worked out when somebody asks; here nothing, as of a file that has no SQL."""

    __slots__ = ()

    def section(self, direction: Direction) -> Section | None:  # noqa: ARG002 - there is none in any direction
        """The section of that direction, None where the file has none."""
        return None

    def outline(self) -> Outline | None:
        """The Up section at a glance; None where it takes reading to know what is sent."""
        return None

    def sends_each(self, seen: Outline, statements: Sequence[Span]) -> bool:  # noqa: ARG002 - nothing is sent
        """Whether what is sent comes to the same as these statements, which are all of the outlined section.

        Each span ends at the semicolon.
        """
        return False

    def misreadings(self) -> tuple[Misreading, ...]:
        """Where the runner reads otherwise than the eye."""
        return ()

    def checksum(self) -> int | None:
        """Flyway's checksum, None where it keeps none or where it depends on what is not known here."""
        return None

    def forget(self) -> None:
        """Let go of what was worked out; it is worked out again when somebody asks again."""

    def settings(self) -> tuple[object, ...]:
        """Everything but the text that decides how the file is read; each has a `repr` that tells it whole."""
        return ()


@record(caches=True)
class MigrationFile:
    """A migration as its runner reads it; of most migrations, which are applied, nobody asks for all of it."""

    document: Document
    runner: Runner
    kind: Kind
    version: Version | None
    description: str
    contents: Contents = field(default=Contents(), compare=False)

    @property
    def path(self) -> str:
        """Path from the repository's root."""
        return self.document.path

    @property
    def is_versioned(self) -> bool:
        """Whether it has a version and is run in its order."""
        return self.version is not None and self.kind in (Kind.VERSIONED, Kind.CODE)

    @property
    def head(self) -> Place:
        """The first line: where to report what is about the file as a whole."""
        return Place(self.document, self.document.line_span(1))

    def section(self, direction: Direction) -> Section | None:
        """The section of that direction, or None where the file has none."""
        return self.contents.section(direction)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Up, then Down, as far as the file has them."""
        return tuple(found for direction in Direction if (found := self.section(direction)))

    @cached_property
    def misreadings(self) -> tuple[Misreading, ...]:
        """Where the runner reads otherwise than the eye."""
        return self.contents.misreadings()

    @cached_property
    def checksum(self) -> int | None:
        """Flyway's checksum, None where it keeps none or where it depends on what is not known here."""
        return self.contents.checksum()

    def forget(self) -> None:
        """Let go of what was read in it: where many files are read, the text is enough to begin anew."""
        self.__dict__.clear()  # what is remembered of the questions above
        self.contents.forget()
