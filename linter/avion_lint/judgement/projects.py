"""From files to what rules see: read as the runner does, parsed, folded into the schema, in the runner's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from avion_lint.history.deployments import Deployment, Landed
from avion_lint.judgement.leaving import Left, left_behind, left_by, problems_of, read_chunk
from avion_lint.record import cached_property, field, record
from avion_lint.runners.migration import Chunk, Direction, Kind, MigrationFile, Section, Version
from avion_lint.schema.annotations import as_comment, deprecating
from avion_lint.schema.model import Origin, Schema
from avion_lint.schema.replay import changes_schema, replay, with_search_path
from avion_lint.source import Place, Span
from avion_lint.sql.actions import Action, Unseen, flattened
from avion_lint.sql.opening import Opening, before_each
from avion_lint.sql.session import Session, after
from avion_lint.sql.statements import Sql, read
from avion_lint.subjects import (
    BaseMigration,
    Deprecation,
    Dialect,
    Migration,
    Project,
    Service,
    Settled,
    SqlProblem,
    StartingPoint,
    Statement,
    Unrecognised,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.cache.memory import Memory
    from avion_lint.cache.snapshot import Past
    from avion_lint.judgement.spread import Spread


@record
class Standing:
    """How a migration stands to production: the deployment that brings it and whether it is judged now.

    `edited` tells that an applied file was changed: what it makes may be in use by others already.
    """

    deployment: Deployment
    judged: bool
    edited: bool = False


@record
class Gathered:
    """A service with its files as the runner reads them, in any order, and how each stands (by path).

    `landed` and `positions` are as for Statement.
    """

    service: Service
    files: tuple[MigrationFile, ...]
    standing: Mapping[str, Standing]
    unrecognised: tuple[Unrecognised, ...] = ()
    base_name: str = ""
    base: tuple[BaseMigration, ...] = ()
    deprecations: tuple[Deprecation, ...] = ()
    landed: Mapping[str, Landed] = field(default_factory=dict)
    positions: Mapping[str, int] = field(default_factory=dict)


Take = Callable[[Migration, Gathered], Migration]
"""Is given each migration of a service as soon as it is read, and returns what the project is to keep of it."""


def project(
    gathered: Gathered,
    tick: Callable[[], None],
    memory: Memory | None = None,
    *,
    spread: Spread | None = None,
    take: Take = lambda migration, _: migration,
) -> Project:
    """The project of a service: every migration with its statements and the schema around it.

    `tick` is called once for each migration read. With a memory the applied migrations that come first are not read
    again if they have not changed; the schema around each of them is then the one after all of them. `spread` has SQL
    read side by side; `take` is told of each migration.
    """
    start = starting_point(gathered)
    # What a dump or a baseline has already is replayed by itself, for what is judged among it.
    schema = Schema() if start.version else start.schema
    reached = start.version is None
    migrations: list[Migration] = []
    settled = Settled()
    last = Schema()
    opening = _opening(gathered)
    files = sorted(gathered.files, key=runner_order)
    applied = list(_applied_first(gathered, files)) if memory and start == StartingPoint() else []
    keys = memory.keys_of(applied, _facts(gathered.service)) if memory and applied else None
    known = memory.recall(keys, lambda: {file.path: file.document for file in files}) if memory and keys else None
    if known is not None:
        count, past = known
        schema = last = past.schema
        opening.given.extend(past.given)
        settled = Settled(tuple(files[:count]), past.problems, partial(_remembered, gathered, past))
        for _ in range(count):
            tick()
    for file, ahead in _read_ahead(gathered, files[len(settled.files) :], spread):
        if not reached and is_beyond(file, start):
            schema, reached = start.schema, True
        migration = _migration(gathered, file, schema, opening, ahead)
        tick()
        migrations.append(take(migration, gathered))
        if file.kind in _LASTING:
            last = migration.after
        if file.kind in _FOLDED:
            schema = migration.after
        if memory and keys and len(settled.files) + len(migrations) == len(keys):
            from avion_lint.cache.snapshot import Past  # noqa: PLC0415 - only where there is a cache

            problems = dict(settled.problems) | {each.path: each.problems for each in migrations if each.problems}
            memory.keep(keys, Past(schema, problems, tuple(opening.given)))
    unrecognised, base_name = gathered.unrecognised, gathered.base_name
    return Project(gathered.service, tuple(migrations), unrecognised, base_name, gathered.base, last, settled)


_AT_ONCE = 1000  # migrations whose statements are held at a time, before they are put into the schema


def _read_ahead(
    gathered: Gathered, files: Sequence[MigrationFile], spread: Spread | None
) -> Iterator[tuple[MigrationFile, Left | None]]:
    """The files, those that are not judged with what they leave as far as they were read side by side, before."""
    for start in range(0, len(files), _AT_ONCE):
        batch = files[start : start + _AT_ONCE]
        applied = [file for file in batch if not gathered.standing[file.path].judged]  # the others are judged meanwhile
        ahead = left_behind(applied, gathered.service, spread) if spread and 2 * len(applied) > len(batch) else {}
        yield from ((file, ahead.get(file.path)) for file in batch)


def _applied_first(gathered: Gathered, files: Iterable[MigrationFile]) -> Iterator[tuple[MigrationFile, Deployment]]:
    """The versioned migrations up to the first that is judged."""
    if gathered.service.dialect is not Dialect.POSTGRESQL:
        return
    for file in files:
        standing = gathered.standing[file.path]
        if standing.judged or standing.edited or file.kind not in (Kind.VERSIONED, Kind.CODE):
            return
        yield file, standing.deployment


def _facts(service: Service) -> object:
    return service.runner, service.search_path, service.postgres


def _remembered(gathered: Gathered, past: Past, file: MigrationFile) -> Migration:
    return Migration(
        gathered.service,
        file,
        gathered.standing[file.path].deployment,
        judged=False,
        before=past.schema,
        after=past.schema,
        problems=past.problems.get(file.path, ()),
    )


# Undo scripts and callbacks change nothing for good; a baseline only runs where nothing ran before.
_FOLDED = {Kind.VERSIONED, Kind.REPEATABLE, Kind.CODE}
_LASTING = {*_FOLDED, Kind.BASELINE}
_ORDER = {Kind.BASELINE: 0, Kind.VERSIONED: 1, Kind.CODE: 1, Kind.REPEATABLE: 2, Kind.CALLBACK: 3, Kind.UNDO: 4}


def runner_order(file: MigrationFile) -> tuple[int, tuple[int, ...], str, str]:
    """Sort key: versioned by version, then repeatables by description, then what stands outside the order."""
    return (_ORDER[file.kind], file.version.parts if file.version else (), file.description, file.document.path)


def is_beyond(file: MigrationFile, start: StartingPoint) -> bool:
    """Whether a migration comes after the one whose schema is the starting point."""
    if file.kind in (Kind.VERSIONED, Kind.CODE):
        return start.version is not None and file.version is not None and file.version > start.version
    return file.kind is not Kind.BASELINE


def starting_point(gathered: Gathered) -> StartingPoint:
    """Where the migrations begin: what the settings say, else Flyway's highest baseline, which stands for all until it.

    Databases that are in use have what a baseline makes already; it is new only where the base branch has no migration.
    """
    start = gathered.service.start
    baselines = [file for file in gathered.files if file.kind is Kind.BASELINE and file.version]
    if start.schema != Schema() or not baselines:
        return start
    from avion_lint.schema.dump import OLDER  # noqa: PLC0415 - few projects have a baseline

    last = max(baselines, key=lambda file: (file.version or Version((), ""), file.path))
    standing = gathered.standing[last.path]
    if gathered.base:
        standing = Standing(Deployment(OLDER, last.path, applied=True), judged=False)
    schema, _ = _Reader(gathered, last, standing, Opening()).fold(_empty(gathered))
    return StartingPoint(schema, last.version)


def _empty(gathered: Gathered) -> Schema:
    return with_search_path(Schema(), gathered.service.search_path)


def _opening(gathered: Gathered) -> Opening:
    """How the sessions begin: with what Flyway's callbacks of each migration do."""
    callbacks = [each for each in gathered.files if before_each(each)]
    chunks = (chunk for file in sorted(callbacks, key=lambda each: each.path) for chunk in _up(file))
    found = (read(chunk.text, gathered.service.dialect, sends_rows=True) for chunk in chunks)
    return Opening(tuple(action for each in found for sql in each.statements for action in sql.actions))


def _up(file: MigrationFile) -> tuple[Chunk, ...]:
    section = file.section(Direction.UP)
    return section.chunks if section else ()


def _migration(
    gathered: Gathered, file: MigrationFile, before: Schema, opening: Opening, ahead: Left | None
) -> Migration:
    standing = gathered.standing[file.path]
    path = gathered.service.search_path
    before = with_search_path(before, path)
    reader = _Reader(gathered, file, standing, opening, ahead)
    if not standing.judged:
        following, problems = reader.fold(before)
        following = reader.annotated(reader.unseen(following))
        return Migration(
            gathered.service,
            file,
            standing.deployment,
            judged=False,
            before=before,
            after=following,
            problems=problems,
        )
    up = reader.read(file.section(Direction.UP), before)
    following = reader.annotated(reader.unseen(with_search_path(up.following, path)))
    down = reader.read(file.section(Direction.DOWN), following)
    return Migration(
        gathered.service,
        file,
        standing.deployment,
        judged=True,
        before=before,
        after=following,
        after_down=with_search_path(down.following, path),
        up=up.statements,
        down=down.statements,
        problems=(*up.problems, *down.problems),
    )


@record
class _ReadSection:
    """Statements of a section, what is no SQL in it, and the schema that it leaves."""

    statements: tuple[Statement, ...]
    problems: tuple[SqlProblem, ...]
    following: Schema


@record(caches=True)
class _Reader:
    """Reads the sections of one migration; `ahead` is what it is known to leave, None where it is to be read."""

    gathered: Gathered
    file: MigrationFile
    standing: Standing
    opening: Opening
    ahead: Left | None = None

    def unseen(self, schema: Schema) -> Schema:
        """The schema after a migration in code, which may have done anything."""
        if self.file.kind is not Kind.CODE:
            return schema
        start = Span(0, 0)
        place = Place(self.file.document, start)
        return replay(schema, [(Unseen(start), self._origin_at(place))])

    def annotated(self, schema: Schema) -> Schema:
        """The schema after a migration, with what its comments call deprecated."""
        for given in deprecating(self.file.document.text):
            comment = as_comment(given, schema)
            if comment is not None:
                schema = replay(schema, [(comment, self._origin_at(Place(self.file.document, given.span)))])
        return schema

    def fold(self, schema: Schema) -> tuple[Schema, tuple[SqlProblem, ...]]:
        """The schema after a migration that is not judged, and what is no SQL in it."""
        service = self.gathered.service
        if service.dialect is not Dialect.POSTGRESQL:
            return schema, ()  # no rule that holds for every database asks for the schema
        left = self.ahead or left_by(self.file, service)
        document = self.file.document
        steps = [(each.action, self._origin_at(Place(document, each.span))) for each in left.deeds]
        self.opening.note(left.settings, self.standing.deployment.order)
        return with_search_path(replay(schema, steps), service.search_path), left.problems

    def read(self, section: Section | None, schema: Schema) -> _ReadSection:
        """A section that is judged."""
        statements: list[Statement] = []
        problems: list[SqlProblem] = []
        if section is None:
            return _ReadSection((), (), schema)
        service = self.gathered.service
        session = self.opening.session(section, self.standing.deployment.order)
        for chunk in section.chunks:
            found = read_chunk(chunk, service)
            if found.problems:
                problems.extend(problems_of(found, chunk, self.file, section.direction))
            for sql in found.statements:
                statement = self._statement(section, chunk, sql, schema, session)
                statements.append(statement)
                schema = replay(schema, self._steps(sql.actions, chunk))
                session = after(session, sql.actions)
                if section.direction is Direction.UP:
                    self.opening.note(sql.actions, self.standing.deployment.order)
        return _ReadSection(tuple(statements), tuple(problems), schema)

    def _statement(self, section: Section, chunk: Chunk, sql: Sql, schema: Schema, session: Session) -> Statement:
        return Statement(
            self.gathered.service,
            self.file,
            self.standing.deployment,
            section,
            chunk,
            sql.span,
            sql.actions,
            schema,
            session,
            self.gathered.deprecations,
            self.gathered.landed,
            self.gathered.positions,
        )

    def _steps(self, actions: Iterable[Action], chunk: Chunk) -> list[tuple[Action, Origin]]:
        """Actions for the replay; what a DO block runs has its own origin."""
        return [(action, self._origin(action, chunk)) for action in flattened(actions) if changes_schema(action)]

    def _origin(self, action: Action, chunk: Chunk) -> Origin:
        return self._origin_at(Place(self.file.document, chunk.origin.span(action.span.start, action.span.end)))

    def _origin_at(self, place: Place) -> Origin:
        deployment = self.standing.deployment
        return Origin(place, self._version, deployment.order, deployment.applied or self.standing.edited)

    @cached_property
    def _version(self) -> str:
        return str(self.file.version or self.file.description)
