"""A database, a runner, and a wire between them: runs migrations there, and knows what each statement did."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from avion_lint.executor.catalog import Facts, definitions, observed
from avion_lint.executor.children.processes import Custody
from avion_lint.executor.problem import EndedError
from avion_lint.executor.proving.expected import Sent, to_be_sent
from avion_lint.executor.proving.trace import Traced, Tracer
from avion_lint.executor.runner.history_table import Applied, read_applied
from avion_lint.executor.runner.job import Job, Ran, Stage, Tool
from avion_lint.executor.server.address import connect, driver
from avion_lint.executor.server.throwaway import Database
from avion_lint.executor.wire import Wire, wire
from avion_lint.record import field, record, replace
from avion_lint.runners.migration import Direction, Kind, MigrationFile, Runner, Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self, TypeVar

    import psycopg

    Told = TypeVar("Told")

Watch = Callable[[Sent], None]
"""Called when a migration is about to begin, and nothing of it has run yet."""


@record
class Limits:
    """How long things may take, in seconds: a statement, and the wait for a lock; 0 for no end."""

    statement: float = 60.0
    lock: float = 0.0

    @property
    def options(self) -> str:
        """The same as PGOPTIONS."""
        given = (("statement_timeout", self.statement), ("lock_timeout", self.lock))
        return " ".join(f"-c {name}={int(seconds * 1000)}ms" for name, seconds in given if seconds)


@record
class Setting:
    """What sessions have in common: the runner, what holds its processes, limits, and what hears of every migration.

    `environment` goes to the runner beside what it needs.
    """

    tool: Tool
    custody: Custody
    limits: Limits
    tick: Watch
    environment: Mapping[str, str] = field(default_factory=dict)


class Session:
    """Runs migrations on one database, step by step; made by `sessions`."""

    def __init__(self, database: Database, setting: Setting, connection: psycopg.Connection) -> None:
        self.database = database
        self.setting = setting
        self.said: list[str] = []
        self.tracer = Tracer(connection, self._begun)
        self.wire = Wire(database.address, [])  # until one is laid
        self._connection = connection
        self._watch: Watch = _nothing

    def up(self, stage: Stage, step: str, watch: Watch | None = None) -> Ran:
        """Run what is pending."""
        done = set(self.applied(stage).versions)
        pending = [file for file in stage.ordered if file.version is None or file.version not in done]
        baselines = [file for file in stage.files if file.kind is Kind.BASELINE]
        order = to_be_sent((*baselines, *pending), Direction.UP)
        return self._run(stage, step, order, watch, lambda job: self.setting.tool.up(job, None))

    def down(self, stage: Stage, step: str, watch: Watch | None = None, *, to: Version | None = None) -> Ran:
        """Undo the newest migration, or all newer than a version; raises ValueError where the tool cannot."""
        down = self.setting.tool.down
        if down is None:
            raise ValueError(self.setting.tool.no_down)
        done = [*reversed(self.applied(stage).versions)]
        files = undoing(stage)
        undone = done[:1] if to is None else [version for version in done if version > to]
        wanted = [files[version] for version in undone if version in files]
        return self._run(stage, step, to_be_sent(wanted, Direction.DOWN), watch, lambda job: down(job, to))

    def _run(
        self, stage: Stage, step: str, order: tuple[Sent, ...], watch: Watch | None, work: Callable[[Job], Ran]
    ) -> Ran:
        self.tracer.begin(step, order)
        self._watch = watch or _nothing
        folder = Path(self.database.folder)
        live = folder / f"live{len(self.said)}"
        live.mkdir(mode=0o700)
        output = folder / f"said{len(self.said)}"
        custody, environment = self.setting.custody, self.setting.environment
        ran = work(Job(stage, self.wire.address, custody, str(live), output, environment=environment))
        ran = replace(ran, said=ran.said.replace(stage.folder, stage.root or "."))
        self.said.append(ran.said)
        if custody.closed:
            raise EndedError
        if self.wire.wrong:
            raise self.wire.wrong[0]
        return ran

    def _begun(self, sent: Sent) -> None:
        self._watch(sent)
        self.setting.tick(sent)

    def applied(self, stage: Stage) -> Applied:
        """What the runner's table says."""
        return self._asked(lambda each: read_applied(each, stage.runner, stage.history[1]))

    def schema(self, stage: Stage) -> Facts:
        """What everything is made of, but for the runner's own table."""
        return self._asked(lambda each: definitions(each, stage.history[1]))

    def facts(self) -> Facts:
        """The schema in the words of replayed ones."""

        def ask(each: psycopg.Connection) -> Facts:
            with each.transaction():
                return observed(each)

        return self._asked(ask)

    def traced(self, step: str) -> tuple[Traced, ...]:
        """What was sent in a step."""
        return tuple(each for each in self.tracer.traced if each.step == step)

    def _asked(self, question: Callable[[psycopg.Connection], Told]) -> Told:
        try:
            return question(self._connection)
        except driver().Error:
            if self.setting.custody.closed:
                raise EndedError from None
            raise


def _nothing(_: Sent) -> None:
    """Do nothing."""


def undoing(stage: Stage) -> dict[Version, MigrationFile]:
    """The files that undo, by version: goose's are the same, Flyway's are of their own."""
    kinds = (Kind.UNDO,) if stage.runner is Runner.FLYWAY else (Kind.VERSIONED,)
    return {file.version: file for file in stage.files if file.kind in kinds and file.version}


@contextmanager
def session(database: Database, setting: Setting) -> Iterator[Session]:
    """A session on a database, with its wire; raises psycopg.Error where the database cannot be reached."""
    with connect(database.admin, "verify") as connection:
        made = Session(database, setting, connection)
        network = setting.tool.network
        options = setting.limits.options
        with wire(database.address, made.tracer.watcher(), database.folder, network=network, options=options) as laid:
            made.wire = laid
            yield made


_WAITS = """
SELECT a.wait_event_type, a.wait_event,
       (SELECT pg_catalog.string_agg(
                   pg_catalog.format('%%s (%%s)', coalesce(nullif(o.application_name, ''), 'another session'), o.state),
                   ', ')
        FROM pg_catalog.pg_stat_activity o WHERE o.pid = ANY (pg_catalog.pg_blocking_pids(a.pid)))
FROM pg_catalog.pg_stat_activity a WHERE a.pid = %s
"""


class Waiting:
    """Looks now and then what the statement that runs is waiting for, so that it can be told when it was ended."""

    def __init__(self, of: Session, seconds: float = 1.0) -> None:
        self.last = ""
        self._of = of
        self._pause = seconds
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(self._pause):
            running = self._of.tracer.running
            if running is None:
                continue
            try:
                self.last = self._asked(running.pid) or self.last
            except driver().Error:
                return

    def _asked(self, pid: int) -> str:
        with connect(self._of.database.admin, "verify") as connection:
            row = connection.execute(_WAITS, (pid,)).fetchone()
        if row is None or row[0] != "Lock":
            return ""
        return f"it waited for a lock ({row[1]}) that {row[2] or 'another session'} held"
