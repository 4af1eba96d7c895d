"""What migrations that are not judged leave behind: read for what they change alone, side by side where that pays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from avion_lint.record import record
from avion_lint.runners.migration import Chunk, Direction, MigrationFile, Runner
from avion_lint.schema.replay import changes_schema
from avion_lint.source import Place, Span
from avion_lint.sql.actions import Action, flattened
from avion_lint.sql.changes import changes_in
from avion_lint.sql.opening import is_given
from avion_lint.sql.statements import Read, read
from avion_lint.subjects import Service, SqlProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.judgement.spread import Spread


@record
class Deed:
    """An action that may change the schema, and where it stands in its file."""

    action: Action
    span: Span


@record
class Left:
    """What a migration leaves: deeds in their order, settings of later sessions, and what is no SQL in it."""

    deeds: tuple[Deed, ...] = ()
    settings: tuple[Action, ...] = ()
    problems: tuple[SqlProblem, ...] = ()


def left_behind(files: Sequence[MigrationFile], service: Service, spread: Spread) -> Mapping[str, Left]:
    """What migrations leave, by path, as far as it was read side by side; one alone reads each when it comes to it."""

    def part(number: int, of: int) -> list[Left]:
        return [left_by(file, service) for file in (files[number::of] if of > 1 else ())]

    parts = spread(part, _STATEMENTS * len(files), tuple(file.document for file in files))
    found: dict[str, Left] = {}
    for number, told in enumerate(parts if len(parts) > 1 else ()):
        found |= zip((file.path for file in files[number :: len(parts)]), told, strict=True)
    return found


_STATEMENTS = 4  # of most migrations; how many there are is known when they have been read


def left_by(file: MigrationFile, service: Service) -> Left:
    """What a migration leaves."""
    outline = file.contents.outline()
    if outline is not None:
        changes = changes_in(file.document.text, outline.span)
        if changes is not None and file.contents.sends_each(outline, changes.statements):
            return _left((action, action.span) for action in flattened(changes.actions))
    return _read_whole(file, service)


def _left(given: Iterable[tuple[Action, Span]], problems: Sequence[SqlProblem] = ()) -> Left:
    told = list(given)
    deeds = tuple(Deed(action, span) for action, span in told if changes_schema(action))
    return Left(deeds, tuple(action for action, _ in told if is_given(action)), tuple(problems))


def _read_whole(file: MigrationFile, service: Service) -> Left:
    """The same, read as the runner reads it."""
    section = file.section(Direction.UP)
    told: list[tuple[Action, Span]] = []
    problems: list[SqlProblem] = []
    for chunk in section.chunks if section else ():
        found = read_chunk(chunk, service)
        problems.extend(problems_of(found, chunk, file, Direction.UP))
        actions = flattened(action for sql in found.statements for action in sql.actions)
        told.extend((action, chunk.origin.span(action.span.start, action.span.end)) for action in actions)
    return _left(told, problems)


def read_chunk(chunk: Chunk, service: Service) -> Read:
    """The statements of what a runner sends at once."""
    return read(chunk.text, service.dialect, sends_rows=service.runner is Runner.FLYWAY)


def problems_of(found: Read, chunk: Chunk, file: MigrationFile, direction: Direction) -> Iterator[SqlProblem]:
    """What is no SQL in it, and where it stands in the file."""
    for problem in found.problems:
        place = Place(file.document, chunk.origin.span(problem.span.start, problem.span.end))
        yield SqlProblem(place, problem.message, direction, chunk.masked)
