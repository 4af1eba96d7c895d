"""What rules are given: statements, migrations, projects and changes, with everything around them as questions."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping

from avion_lint.enumeration import StrEnum
from avion_lint.finding import Finding, Related
from avion_lint.history.deployments import Deployment, Landed
from avion_lint.record import cached_property, field, record
from avion_lint.runners.migration import (
    GOOSE_TABLE,
    Chunk,
    Direction,
    FileName,
    Kind,
    MigrationFile,
    NameProblem,
    Runner,
    Section,
    Version,
)
from avion_lint.schema.model import Index, Origin, Schema, Table
from avion_lint.schema.replay import replay
from avion_lint.source import Document, Place, Span
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Effect, effects
from avion_lint.sql.literals import Literal as Literal  # noqa: PLC0414 - rules take it from here
from avion_lint.sql.literals import literals
from avion_lint.sql.parse import skip_blank
from avion_lint.sql.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Answer = TypeVar("Answer")
    Acting = TypeVar("Acting", bound=a.Action)


class Dialect(StrEnum):
    """The database that a service's migrations are for."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    SQLITE = "sqlite"
    TSQL = "tsql"
    CLICKHOUSE = "clickhouse"
    H2 = "h2"
    OTHER = "other"


@record
class StartingPoint:
    """The schema that a service's database had before its migrations, or after the one of `version`."""

    schema: Schema = field(default_factory=Schema)
    version: Version | None = None


@record
class Distance:
    """What must lie between a deprecation and the drop, at least: releases, migrations, days. Always a deployment."""

    releases: int = 0
    migrations: int = 0
    days: int = 0

    @property
    def of_git(self) -> bool:
        """Whether git has to tell when a migration landed."""
        return bool(self.releases or self.days)

    def lacking(self, migrations: int, landed: Landed | None) -> Iterator[str]:
        """What has not passed yet, in words (`3 of 30 days`); `landed` is the deprecation, None where nobody knows."""
        yield from _part(migrations, self.migrations, "migrations")
        if landed is not None:
            yield from _part(landed.releases, self.releases, "releases")
            yield from _part(landed.days, self.days, "days")
        elif self.of_git:
            yield "when it landed on the base branch is not known"


def _part(passed: int, wanted: int, what: str) -> Iterator[str]:
    if passed < wanted:
        yield f"{passed} of {wanted} {what if wanted > 1 else what.removesuffix('s')}"


@record
class Service:
    """A folder of migrations and what is known of the database they are for.

    `postgres` is the major version. `goose_table` is goose's own table, with its schema where that is said.
    `lock_timeout` tells that the role or the runner sets one outside the files.
    `transactional_lock`, `mixed` and `out_of_order` are Flyway's settings of those names (None: not said anywhere).
    `search_path` is the one that a migration begins with. `start` is where the known migrations begin, as the settings
    tell it. `deprecated_for` is what must lie between a deprecation and the drop.
    """

    name: str
    root: str
    runner: Runner
    postgres: int = 15
    dialect: Dialect = Dialect.POSTGRESQL
    dialect_reason: str = ""
    goose: str = ""
    goose_table: str = GOOSE_TABLE
    lock_timeout: bool = False
    transactional_lock: bool | None = None
    mixed: bool = False
    out_of_order: bool = False
    search_path: tuple[str, ...] = ("public",)
    start: StartingPoint = field(default_factory=StartingPoint, compare=False)
    deprecated_for: Distance = Distance()


_STEPS_FOLLOWED = 100
_NONE: Mapping[str, Any] = {}


@record
class Deprecation:
    """An object that the settings call deprecated: `table` or `table.column`, as people write it.

    `since` is the day, release or version that they give for it, "" for none. `landed` is that moment, `migrations` how
    many came since, the next one among them; both are None where the base branch does not know it.
    """

    object: str
    reason: str
    since: str = ""
    landed: Landed | None = None
    migrations: int | None = None

    def told(self, name: str) -> str:
        """What the settings say, in words."""
        return f"The settings call {name} deprecated{f' since {self.since}' if self.since else ''}"

    def lacking(self, wanted: Distance) -> Iterator[str]:
        """What has not passed yet of what the settings ask for, in words."""
        if wanted == Distance():
            return
        if not self.since:
            yield "its entry does not say since when (`since:`)"
        elif self.migrations is None:
            yield f"`since: {self.since}` is no day, and no release or migration of the base branch"
        else:
            yield from wanted.lacking(self.migrations, self.landed)


@record(caches=True)
class Statement:
    """One SQL statement of a section, with the schema and the session before it.

    `actions` are what it does itself; `all_actions` adds what a DO block runs. Its spans are offsets in
    `chunk.text`; `place_of` leads to the file. `landed` tells by path when migrations landed, where the service asks
    for it, `positions` their places in the runner's order.
    """

    service: Service
    file: MigrationFile
    deployment: Deployment
    section: Section
    chunk: Chunk
    span: Span
    actions: tuple[a.Action, ...]
    schema: Schema
    session: Session
    deprecations: tuple[Deprecation, ...] = ()
    landed: Mapping[str, Landed] = field(default=_NONE, compare=False)
    positions: Mapping[str, int] = field(default=_NONE, compare=False)

    @property
    def direction(self) -> Direction:
        """Up or down."""
        return self.section.direction

    @property
    def in_transaction(self) -> bool:
        """Whether it runs inside a transaction block, the runner's or one that the file opened."""
        return self.session.in_transaction

    @property
    def text(self) -> str:
        """The statement as it is sent."""
        return self.chunk.text[self.span.start : self.span.end]

    @property
    def place(self) -> Place:
        """Where the statement stands."""
        return self.place_at(self.span)

    def place_at(self, span: Span) -> Place:
        """Where a span of the chunk's text stands in the file."""
        return Place(self.file.document, self.chunk.origin.span(span.start, span.end))

    def place_of(self, action: a.Action) -> Place:
        """Where an action's clause stands in the file."""
        return self.place_at(action.span)

    def all_actions(self) -> tuple[a.Action, ...]:
        """What the statement does, the visible actions of DO blocks among it."""
        actions = self.actions
        if actions and type(actions[0]) is a.DoBlock:  # a block is all that its statement does
            return (*actions, *[inner.action for inner in actions[0].inner])
        return actions

    def of(self, kind: type[Acting]) -> Iterator[Acting]:
        """Actions of one sort, those in DO blocks among them."""
        return iter([action for action in self.all_actions() if isinstance(action, kind)])

    def within_block(self, action: a.Action) -> bool:
        """Whether an action is run by a DO block, not by the statement itself."""
        return isinstance(self.actions[0], a.DoBlock) and action is not self.actions[0]

    @property
    def shares_chunk(self) -> bool:
        """Whether the runner sends it together with other statements, which the server runs as one transaction."""
        text = self.chunk.text
        return skip_blank(text, 0) < self.span.start or skip_blank(text, self.span.end) < len(text)

    @property
    def literals(self) -> tuple[tuple[a.Action | None, Literal], ...]:
        """String constants with what they are for, each with the action of a DO block that it stands in, else None.

        Only what the block is sure to run counts.
        """
        block = self.actions[0] if self.actions else None
        if not isinstance(block, a.DoBlock):
            return tuple((None, literal) for literal in literals(self.text))
        sure = tuple(inner.action for inner in block.inner if not inner.conditional)
        texts = ((action, self.chunk.text[action.span.start : action.span.end]) for action in sure)
        return tuple((action, literal) for action, text in texts for literal in literals(text))

    def schema_before(self, action: a.Action | None) -> Schema:
        """The schema before one of the statement's actions: in a DO block, with what the block did until then.

        Only the first steps of a block are followed, so that a very long one takes no more than a moment.
        """
        block = self.actions[0] if self.actions else None
        if action is None or action is block or type(block) is not a.DoBlock:
            return self.schema
        earlier = bisect_left(block.changes, action.span.start, key=lambda change: change.span.start)
        if earlier == 0 or earlier > _STEPS_FOLLOWED:
            return self.schema
        version = str(self.file.version or self.file.description)
        where = (self.deployment.order, self.deployment.applied)
        steps = block.changes[:earlier]
        return replay(self.schema, ((step, Origin(self.place_of(step), version, *where)) for step in steps))

    def effects(self, action: a.Action, *, parts: bool = False) -> tuple[Effect, ...]:
        """What an action does to relations: locks, data written anew, rows read in full.

        `parts` adds the indexes and sequences that belong to tables.
        """
        known: tuple[a.Action, tuple[Effect, ...], tuple[Effect, ...]] | None = self._answers.get(id(action))
        if known is None:
            beside = self.actions if len(self.actions) > 1 and id(action) in self.once(_own) else ()
            found = effects(action, self.schema_before(action), self.service.postgres, beside)
            known = (action, found, tuple([effect for effect in found if effect.part_of is None]))
            self._answers[id(action)] = known  # with the action, so that its identity is not given to another
        return known[1] if parts else known[2]

    def once(self, ask: Callable[[Statement], Answer]) -> Answer:
        """What a function says of the statement, which is asked only once, for several rules that need the same."""
        answers = self._answers
        if ask not in answers:
            answers[ask] = ask(self)
        return answers[ask]  # type: ignore[no-any-return]

    @cached_property
    def _answers(self) -> dict[object, Any]:
        """What is known, by who was asked; of effects by the identity of the action."""
        return {}

    def forget(self) -> None:
        """Let go of answers: they hold the statement itself, so that nobody else could ever let go of both."""
        self.__dict__.clear()  # what is remembered of the questions above

    def table(self, name: a.Name) -> Table | None:
        """The table before this statement, None where no migration names it."""
        return self.schema.table(name)

    def index(self, name: a.Name) -> Index | None:
        """The index before this statement, None where no migration made it."""
        return self.schema.index(name)

    def is_partitioned(self, name: a.Name) -> bool:
        """Whether the table is known to be partitioned."""
        table = self.table(name)
        return table is not None and table.partitioned

    def is_new(self, name: a.Name, before: a.Action | None = None) -> bool:
        """Whether nobody can be using the table or view: made by the same deployment, or temporary.

        `before` is the action that asks; it matters in DO blocks, which make tables and use them at once.
        """
        schema = self.schema_before(before)
        table = schema.table(name)
        if table is not None:
            return table.temporary or self.made_here(table.origin)
        kinds = (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW, a.ObjectKind.SEQUENCE)
        thing = next((made for kind in kinds if (made := schema.thing(kind, name))), None)
        if thing is not None:
            return self.made_here(thing.origin)
        others = _elsewhere(schema, name)
        if not others:
            return self.made_here(schema.doubt(name))  # what is done unseen may have made it
        return all(self.made_here(each.origin) for each in others)

    def is_sure(self) -> bool:
        """Whether no migration before may have changed unseen what the statement is about."""
        if not self.schema.doubts:
            return True
        return not any(self.schema.doubt(name) for action in self.all_actions() for name in a.touched(action))

    def in_use(self, name: a.Name, before: a.Action | None = None) -> bool:
        """Whether the application may be using the relation while this statement runs; `before` as for is_new."""
        return not self.is_new(name, before)

    def made_here(self, origin: Origin | None) -> bool:
        """Whether something was made by the same deployment as this statement.

        What an applied file made is in use already, though the file is edited now: new only within that file.
        """
        if origin is None or origin.deployment != self.deployment.order:
            return False
        return origin.applied == self.deployment.applied or origin.place.document is self.file.document

    def made_before(self, origin: Origin | None) -> bool:
        """Whether something was made or marked by an earlier deployment."""
        return origin is not None and not self.made_here(origin)

    def deprecated_in_settings(self, name: str) -> Deprecation | None:
        """The settings' own word that `table` or `table.column` is deprecated."""
        return next((given for given in self.deprecations if given.object == name), None)

    def finding(
        self,
        at: a.Action | None,
        message: str,
        remedy: str = "",
        *,
        related: tuple[Related, ...] = (),
        object: str | a.Name = "",  # noqa: A002 - the finding's own word
    ) -> Finding:
        """A finding at an action's clause, or at the whole statement."""
        place = self.place_of(at) if at is not None else self.place
        return Finding(place, message, remedy, related, str(object))


def _own(statement: Statement) -> frozenset[int]:
    """The identities of what the statement itself does; what a DO block does is not among it."""
    return frozenset(map(id, statement.actions))


def _elsewhere(schema: Schema, name: a.Name) -> list[Table]:
    """Tables of that name in other schemas, where none is given and the role's search_path may lead to one of them.

    Where migrations have made tables in the schemas of the path that is assumed, the path is as assumed.
    """
    if name.schema is not None:
        return []
    if any(table.origin and known.schema in schema.search_path for known, table in schema.tables.items()):
        return []
    return [table for known, table in schema.tables.items() if known.name == name.name]


@record
class SqlProblem:
    """SQL that PostgreSQL's grammar refuses; `direction` tells which section it is in.

    `masked` tells that letters stand in it for a value that is not known here, so that the fault may be theirs.
    """

    place: Place
    message: str
    direction: Direction
    masked: bool = False


@record(caches=True)
class Migration:
    """One migration with its statements and the schema around it.

    `whole` tells that these are there: where many are judged they are let go once the rules have seen them.
    """

    service: Service
    file: MigrationFile
    deployment: Deployment
    judged: bool
    before: Schema
    after: Schema
    after_down: Schema | None = None
    up: tuple[Statement, ...] = ()
    down: tuple[Statement, ...] = ()
    problems: tuple[SqlProblem, ...] = ()
    whole: bool = True

    @property
    def document(self) -> Document:
        """The file."""
        return self.file.document

    @property
    def path(self) -> str:
        """Path from the repository's root."""
        return self.file.path

    @property
    def version(self) -> Version | None:
        """Version, None for repeatable migrations and callbacks."""
        return self.file.version

    @property
    def kind(self) -> Kind:
        """What sort of migration it is."""
        return self.file.kind

    def place(self, span: Span) -> Place:
        """A span of the file as a place."""
        return Place(self.document, span)

    def once(self, ask: Callable[[Migration], Answer]) -> Answer:
        """What a function says of the migration, as for a statement."""
        answers: dict[Any, Any] = self.__dict__
        if ask not in answers:
            answers[ask] = ask(self)
        return answers[ask]  # type: ignore[no-any-return]

    def forget(self) -> None:
        """Let go of answers, those of the statements too."""
        self.__dict__.clear()
        for statement in (*self.up, *self.down):
            statement.forget()

    @property
    def head(self) -> Place:
        """The file's first line: where to report what is about the file as a whole."""
        return self.file.head

    def finding(
        self,
        at: Place | Span | None,
        message: str,
        remedy: str = "",
        *,
        related: tuple[Related, ...] = (),
        object: str = "",  # noqa: A002 - the finding's own word
    ) -> Finding:
        """A finding at a place or span of the file, or at its head; the object is the version by default."""
        place = Place(self.document, at) if isinstance(at, Span) else at or self.head
        return Finding(place, message, remedy, related, object or str(self.version or self.file.description))


@record
class Unrecognised:
    """A file in the service's folder that the runner does not take as a migration."""

    document: Document
    problem: NameProblem
    judged: bool


@record
class BaseMigration:
    """A migration as the base branch has it now; `ahead` tells that it came there after this branch left it.

    `witness` says how it is known to be applied, as in Change; "" where nobody asked.
    """

    path: str
    kind: Kind
    version: Version | None
    description: str
    ahead: bool = False
    witness: str = ""


@record
class Settled:
    """Applied migrations that were not read again, in the order in which the runner applies them.

    `migration` makes one of a file; the schema around it is the one after all of them. `problems` are by path.
    """

    files: tuple[MigrationFile, ...] = ()
    problems: Mapping[str, tuple[SqlProblem, ...]] = field(default_factory=dict)
    migration: Callable[[MigrationFile], Migration] | None = None


@record(caches=True)
class Project:
    """All migrations of a service, in the order in which its runner applies them, and the schema after the last.

    First come those that are `settled`, then those that were `read`. `base_name` is the base branch in people's words,
    "" where there is none; `base` are its migrations.
    """

    service: Service
    read: tuple[Migration, ...]
    unrecognised: tuple[Unrecognised, ...] = ()
    base_name: str = ""
    base: tuple[BaseMigration, ...] = ()
    after: Schema = field(default_factory=Schema)
    settled: Settled = field(default_factory=Settled)

    @cached_property
    def migrations(self) -> tuple[Migration, ...]:
        """All migrations; where there are many, who only needs their names asks for the files."""
        made = map(self.settled.migration, self.settled.files) if self.settled.migration else ()
        return (*made, *self.read)

    @cached_property
    def files(self) -> tuple[MigrationFile, ...]:
        """The files of all migrations."""
        return (*self.settled.files, *(migration.file for migration in self.read))

    @cached_property
    def judged(self) -> tuple[Migration, ...]:
        """The migrations that are judged."""
        return tuple(migration for migration in self.read if migration.judged)

    def judged_versions(self) -> Iterator[tuple[Migration, Version]]:
        """Those among them that have a version and are run in its order, with it."""
        return ((each, each.version) for each in self.judged if each.version and each.file.is_versioned)

    def versioned(self) -> Iterator[Migration]:
        """Migrations that have a version and are run in its order; as for all migrations, their files are quicker."""
        return (migration for migration in self.migrations if migration.file.is_versioned)

    @cached_property
    def versioned_files(self) -> tuple[MigrationFile, ...]:
        """The files of migrations that have a version and are run in its order."""
        return tuple(file for file in self.files if file.is_versioned)

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """The versions of these files."""
        return tuple(file.version for file in self.versioned_files if file.version)


class Edit(StrEnum):
    """What sort of edit lies between two states of a file, from harmless to grave."""

    MODE = "mode"
    LINE_ENDS = "line ends"
    COMMENTS = "comments"
    SQL = "SQL"
    DELETED = "deleted"
    RENAMED = "renamed"


@record
class Change:
    """What this branch does to a migration that the base branch already has.

    `before` is the file at the merge base; `after` as it is now, None where it is gone. `at` is where to report:
    the first changed line, or the old file where it is gone. `checksum_changed` is Flyway's checksum (False for
    goose, which keeps none). `description` is the one before; `renamed_to` is what the runner takes from the new
    name of a renamed file, None where it takes nothing, or where the file was not renamed. `witness` says how it is
    known to be applied: `is on main since 2026-01-03, commit abc1234`. `root` is the folder that the runner reads now:
    the service's, or the one that the whole service was moved to; None stands for the service's.
    """

    service: Service
    kind: Kind
    version: Version | None
    before: Document
    after: Document | None
    edit: Edit
    at: Place
    base_name: str
    checksum_changed: bool = False
    description: str = ""
    renamed_to: FileName | None = None
    witness: str = ""
    root: str | None = None

    @property
    def known(self) -> str:
        """How it is known to be applied, to follow `version 42`."""
        return self.witness or f"is on {self.base_name}"

    def finding(self, message: str, remedy: str = "", *, related: tuple[Related, ...] = ()) -> Finding:
        """A finding about the change; its object is the version."""
        return Finding(self.at, message, remedy, related, str(self.version or self.before.path))
