"""Flyway: a migration file as it reads it, statement by statement as it sends them."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint.record import record
from avion_lint.runners.flyway_checksum import checksum
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.flyway_misreadings import misreadings
from avion_lint.runners.flyway_name_grammar import EACH_EVENTS, file_name, parse_version, split_name
from avion_lint.runners.flyway_names import callback_event, parse_name
from avion_lint.runners.flyway_placeholders import Script, cut_maps, known_placeholders, prepare, replaced
from avion_lint.runners.flyway_script_config import NO_SCRIPT_CONFIG, ScriptConfig, read_script_config
from avion_lint.runners.flyway_statements import Split, Statement, line_and_column, split
from avion_lint.runners.migration import (
    Chunk,
    Contents,
    Direction,
    FileName,
    Kind,
    MigrationFile,
    Misreading,
    ReadError,
    Runner,
    Section,
)
from avion_lint.source import Document, Span

__all__ = ["FlywayConfiguration", "checksum", "parse_name", "parse_version", "read"]


@record
class _Subject:
    """A file with what its name and its settings say."""

    document: Document
    configuration: FlywayConfiguration
    script_config: ScriptConfig
    name: FileName
    event: str | None


def read(
    document: Document, configuration: FlywayConfiguration, script_config: Document | None = None
) -> MigrationFile:
    """The migration as Flyway reads it on a server of version 12 or later.

    `script_config` is the file's own `.conf`. One section: DOWN for undo migrations, else UP. A file whose name
    Flyway does not take is read as if it were versioned. Placeholders whose values are not known here are no error.
    `checksum` is None where it depends on such a value, and for callbacks, which have none.
    """
    subject = _subject(document, configuration, script_config)
    name = subject.name
    return MigrationFile(document, Runner.FLYWAY, name.kind, name.version, name.description, _Contents(subject))


class _Contents(Contents):
    """A file's statements, read when somebody wants them."""

    __slots__ = ("_known", "_subject")

    def __init__(self, subject: _Subject) -> None:
        self._subject = subject
        self._known: _Parsed | None = None

    def _parsed(self) -> _Parsed:
        if self._known is None:
            self._known = _parse(self._subject)
        return self._known

    def forget(self) -> None:
        """Let go of what was read."""
        self._known = None

    def section(self, direction: Direction) -> Section | None:
        """The file's only section, where it has that direction."""
        section = self._parsed().section
        return section if section.direction is direction else None

    def settings(self) -> tuple[object, ...]:
        """Flyway's configuration and the file's own."""
        return self._subject.configuration, self._subject.script_config

    def misreadings(self) -> tuple[Misreading, ...]:
        """Where Flyway reads otherwise than the eye."""
        parsed = self._parsed()
        return misreadings(parsed.script.text, parsed.statements, parsed.script.origin)

    def checksum(self) -> int | None:
        """As Flyway stores it."""
        return _checksum(self._subject, _values(self._subject))


@record
class _Parsed:
    script: Script
    statements: tuple[Statement, ...]
    section: Section


def _parse(subject: _Subject) -> _Parsed:
    document = subject.document
    direction = Direction.DOWN if subject.name.kind is Kind.UNDO else Direction.UP
    script = prepare(document.text, _values(subject), subject.configuration)
    result = split(script.text) if script.error is None else Split(())
    error = subject.script_config.error or _first_error(subject, script, result)
    section = Section(
        direction,
        Span(0, len(document.text)),
        _in_transaction(subject, result),
        () if error else _chunks(script, result.statements),
        error,
    )
    return _Parsed(script, result.statements, section)


def _subject(document: Document, configuration: FlywayConfiguration, script_config: Document | None) -> _Subject:
    base = document.path.rsplit("/", 1)[-1]
    name = parse_name(base, configuration)
    if not isinstance(name, FileName):
        name = FileName(Kind.VERSIONED, None, "")
    own = read_script_config(script_config) if script_config else NO_SCRIPT_CONFIG
    return _Subject(document, configuration, own, name, callback_event(base, configuration))


def _values(subject: _Subject) -> dict[str, str] | None:
    """Values of placeholders by name, or None where none are replaced."""
    own = subject.script_config.placeholder_replacement
    if not (subject.configuration.placeholder_replacement if own is None else own):
        return None
    parts = split_name(subject.document.path.rsplit("/", 1)[-1], subject.configuration)
    name = file_name(parts, subject.configuration.separator) if parts else ""
    return known_placeholders(subject.configuration, name)


def _first_error(subject: _Subject, script: Script, result: Split) -> ReadError | None:
    if script.error is not None:
        return script.error
    mixture = _mixture(subject, result)
    if mixture is not None:
        line, _ = line_and_column(script.text, mixture.first)
        sent = script.text[mixture.start : mixture.end] + ("" if mixture.transactional else " [non-transactional]")
        text = (
            "Detected both transactional and non-transactional statements within the same migration"
            f" (even though mixed is false). Offending statement found at line {line}: {sent}"
        )
        return ReadError(text, script.origin.span(mixture.first, mixture.end))
    if result.refusal is not None:
        refused = result.refusal
        return ReadError(refused.message, script.origin.span(refused.span.start, refused.span.end))
    return None


def _mixture(subject: _Subject, result: Split) -> Statement | None:
    """The first statement of the second sort, where Flyway does not allow both."""
    configuration = subject.configuration
    decided = subject.script_config.execute_in_transaction is not None
    if configuration.mixed or decided or not configuration.execute_in_transaction or not result.statements:
        return None
    first = result.statements[0].transactional
    return next((other for other in result.statements if other.transactional is not first), None)


def _in_transaction(subject: _Subject, result: Split) -> bool:
    """Whether the file runs in one transaction.

    Callbacks around each migration or statement run on the migration's connection; it is in a transaction unless
    that migration is not, whatever they contain (seen on 11.20.3).
    """
    if subject.event in EACH_EVENTS:
        return subject.configuration.execute_in_transaction
    own = subject.script_config.execute_in_transaction
    if own is not None:
        return own
    all_transactional = all(statement.transactional for statement in result.statements)
    return all_transactional and subject.configuration.execute_in_transaction


def _chunks(script: Script, statements: tuple[Statement, ...]) -> tuple[Chunk, ...]:
    masked = iter(script.masked)
    ahead = next(masked, None)
    chunks: list[Chunk] = []
    maps = cut_maps(script.origin, ((statement.start, statement.end) for statement in statements))
    for statement, origin in zip(statements, maps, strict=True):
        while ahead is not None and ahead.end <= statement.start:
            ahead = next(masked, None)
        has_mask = ahead is not None and ahead.start < statement.end
        text = script.text[statement.start : statement.end]
        chunks.append(Chunk(text, origin, statement.transactional, has_mask))
    return tuple(chunks)


def _checksum(subject: _Subject, values: Mapping[str, str] | None) -> int | None:
    encoding = subject.script_config.encoding or subject.configuration.encoding
    match subject.name.kind:
        case Kind.CALLBACK:
            return None
        case Kind.REPEATABLE if values is not None:
            text = replaced(subject.document.text, values, subject.configuration)
            return None if text is None else checksum(text, encoding)
        case _:
            return checksum(subject.document.text, encoding)
