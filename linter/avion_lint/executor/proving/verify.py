"""Proves a service's migrations on a throw-away database: up, up again, down, up; and on the last release's schema."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from avion_lint.discovery.gather import Collected
from avion_lint.executor.catalog import Facts, against_replay
from avion_lint.executor.children.together import timed
from avion_lint.executor.problem import EndedError
from avion_lint.executor.proving import checks
from avion_lint.executor.proving.claims import Claimed, claimed, compare
from avion_lint.executor.proving.expected import Sent
from avion_lint.executor.proving.failure import failure, place_of, shortened
from avion_lint.executor.proving.outcome import Claims, Problem, State, Step, Verified
from avion_lint.executor.proving.session import Session, Setting, Waiting, session
from avion_lint.executor.proving.times import times_of
from avion_lint.executor.proving.trace import Current
from avion_lint.executor.runner.flyway_binary import edition
from avion_lint.executor.runner.job import BEFORE_ALL, Ran, Stage, staged
from avion_lint.executor.server.throwaway import Open
from avion_lint.record import field, record
from avion_lint.runners.migration import Kind, Runner, Version

UP, VERSION, AGAIN, DOWN, DOWN_UP, RELEASE, ALL_DOWN, ALL_UP = (
    "up",
    "version",
    "up again",
    "down by one",
    "up after it",
    "on the previous release",
    "every down",
    "up after all",
)


@record
class Older:
    """The same service as another commit has it; `name` is what people call that commit."""

    name: str
    collected: Collected
    scripts: dict[str, str] = field(default_factory=dict)


@record
class Work:
    """What is to be verified.

    All steps have `seconds`, from when the server is there. `scripts` are Flyway's script configurations by path.
    `older` is what runs in production, None where that is not known (`no_older` says why). `before` is SQL that makes
    what was there before the first migration. `open` gives an empty database each time that it is asked; where `many`
    is not set it can do so only once. `notes` are told.
    """

    collected: Collected
    scripts: dict[str, str]
    setting: Setting
    open: Open
    older: Older | None = None
    no_older: str = ""
    before: str = ""
    full: bool = False
    seconds: float = 600.0
    many: bool = True
    notes: tuple[str, ...] = ()


def verify(work: Work) -> Verified:
    """Run all steps. What goes wrong is in the outcome; raises EndedError, CannotRunError, psycopg.Error."""
    began = time.monotonic()
    database = work.open()
    with session(database, work.setting) as running:
        stage = staged(work.collected, Path(database.folder) / "stage", work.scripts)
        made = _Verification(work, running, stage)
        try:
            with timed(work.setting.custody, work.seconds, made.look):
                made.prepare()
                made.run()
        except EndedError:
            if not work.setting.custody.late:
                raise
            made.late(work.seconds)
        return made.outcome(time.monotonic() - began)


@record
class _Undone:
    """Schemas before migrations on the way up, by version, to compare with those on the way down."""

    before: dict[Version, Facts] = field(default_factory=dict)
    after_all: Facts = field(default_factory=dict)


class _Verification:
    """One service on its way through the steps."""

    def __init__(self, work: Work, running: Session, stage: Stage) -> None:
        self.work = work
        self.running = running
        self.stage = stage
        self.steps: list[Step] = []
        self.at = UP
        self.undone = _Undone()
        self.schema: Facts = {}
        self.observed: Facts = {}
        self.notes = list(work.notes)
        self.current: Current | None = None

    def prepare(self) -> None:
        """Make what was there before the first migration."""
        checks.lay_ground(self.running.database, self.stage, self.work.before)

    def run(self) -> None:
        """All steps, until one of those fails without which the others mean nothing."""
        if not self._step(UP, self._up):
            return
        self._step(VERSION, self._version)
        if not self._step(AGAIN, self._again):
            return
        self._step(DOWN, self._down)
        if self.steps[-1].state is State.PASSED:
            self._step(DOWN_UP, lambda: self._same_again(DOWN_UP))
        if self.work.full:
            self._all()
        self._step(RELEASE, self._release)
        self._code()

    def look(self) -> None:
        """Keep what is being run, before it is ended."""
        self.current = self.running.tracer.running

    def late(self, seconds: float) -> None:
        """Tell that the time was over, and what was being run."""
        current = self.current
        path, line = place_of(current.sent) if current else ("", 0)
        shown = shortened(current.sent) if current else ""
        what = f"it did not end within {seconds:.0f} seconds"
        problem = Problem(what, "--timeout gives it more time", path, line, shown)
        self.steps.append(Step(self.at, State.FAILED, what, problem=problem))

    def _all(self) -> None:
        self._step(ALL_DOWN, self._all_down)
        if self.steps[-1].state is State.PASSED:
            self._step(ALL_UP, lambda: self._same_again(ALL_UP))

    def _step(self, name: str, work: Callable[[], Step]) -> bool:
        began = time.monotonic()
        self.at = name
        made = work()
        self.steps.append(Step(name, made.state, made.said, time.monotonic() - began, made.problem))
        return made.state not in (State.FAILED, State.UNCHECKED)

    # --- the steps -----------------------------------------------------------------------------------------------

    def _up(self) -> Step:
        problem = self._run(UP, self._note_before)
        if problem is not None:
            code = checks.code_before(self.stage, problem)
            return Step("", State.UNCHECKED, code, problem=problem) if code else _failed(problem)
        self.schema = self.running.schema(self.stage)
        self.observed = self.running.facts()
        return _passed(f"{_counted(len(self.stage.ordered), 'migration')}")

    def _version(self) -> Step:
        applied = self.running.applied(self.stage)
        problem = checks.version_problem(applied, self.stage)
        return _failed(problem) if problem else _passed(str(applied.current or "none"))

    def _again(self) -> Step:
        before = self.running.applied(self.stage)
        problem = self._run(AGAIN, None)
        if problem is not None:
            return _failed(problem)
        sent = self.running.traced(AGAIN)
        problem = checks.again_problem(before, self.running.applied(self.stage), [each.sent for each in sent])
        problem = problem or checks.changed(
            self.schema, self.running.schema(self.stage), "a second run changed the schema"
        )
        return _failed(problem) if problem else _passed("nothing was done")

    def _down(self) -> Step:
        reason = checks.no_down(self.stage, self.work.setting.tool)
        if reason:
            return Step(DOWN, State.SKIPPED, reason)
        before = self.running.applied(self.stage)
        with Waiting(self.running) as waiting:
            ran = self.running.down(self.stage, DOWN)
        problem = self._refusal(DOWN, ran, waiting) or checks.down_problem(before, self.running.applied(self.stage))
        if problem is not None:
            return _failed(problem)
        version = before.current
        wanted = self.undone.before.get(version) if version else None
        if wanted is not None:
            words = f"the Down of version {version} does not bring back the schema that was before it"
            problem = checks.changed(
                wanted, self.running.schema(self.stage), words, checks.path_of(self.stage, version)
            )
        now = self.running.applied(self.stage).current
        return _failed(problem) if problem else _passed(f"version {version} → {now or 'none'}")

    def _same_again(self, step: str) -> Step:
        problem = self._run(step, None)
        words = "after Down and Up the schema is not what it was"
        problem = problem or checks.changed(self.schema, self.running.schema(self.stage), words)
        return _failed(problem) if problem else _passed("the schema is the same")

    def _all_down(self) -> Step:
        reason = checks.no_down(self.stage, self.work.setting.tool)
        if reason:
            return Step(ALL_DOWN, State.SKIPPED, reason)
        end = checks.staying(self.stage)
        seen: list[tuple[Version, Facts]] = []

        def note(sent: Sent) -> None:
            if sent.file.version:
                seen.append((sent.file.version, self.running.schema(self.stage)))

        with Waiting(self.running) as waiting:
            ran = self.running.down(self.stage, ALL_DOWN, note, to=end)
        left = [version for version in self.running.applied(self.stage).versions if version > end]
        problem = self._refusal(ALL_DOWN, ran, waiting) or checks.left_problem(left)
        if problem is None:
            last = self.running.schema(self.stage)
            problem = checks.way_down_problem(self.stage, self.undone.before, seen, last)
        count = _counted(sum(version > end for version in self.stage.versions), "Down")
        where = "to zero" if end == BEFORE_ALL else f"to version {end}: {checks.why_stays(self.stage, end)}"
        return _failed(problem) if problem else _passed(f"{count} {where}")

    def _release(self) -> Step:
        older, reason = self.work.older, self.work.no_older
        if older is None:
            return Step(RELEASE, State.SKIPPED, reason)
        if not self.work.many:
            return Step(RELEASE, State.SKIPPED, "that needs a second empty database")
        database = self.work.open()
        with session(database, self.work.setting) as running:
            folder = Path(database.folder)
            old = staged(older.collected, folder / "older", older.scripts)
            new = staged(self.work.collected, folder / "stage", self.work.scripts)
            checks.lay_ground(database, new, self.work.before)
            problem = self._run(f"{older.name} alone", None, running, old)
            if problem is not None:
                return Step(RELEASE, State.UNCHECKED, f"what {older.name} has does not run by itself", problem=problem)
            problem = self._run(RELEASE, None, running, new)
            count = len({each.sent.file.path for each in running.traced(RELEASE)})
            words = f"on the schema of {older.name} these migrations make another schema than on an empty database"
            problem = problem or checks.changed(self.schema, running.schema(new), words)
        return (
            _failed(problem)
            if problem
            else _passed(f"{_counted(count, 'new migration')} on the schema of {older.name}")
        )

    def _code(self) -> None:
        done = self.running.applied(self.stage).versions
        code = [file for file in self.stage.files if file.kind is Kind.CODE and file.version not in done]
        if code:  # a goose that has it built in runs it
            self.steps.append(Step("code", State.UNCHECKED, checks.code_words(code)))

    # --- running ------------------------------------------------------------------------------------------------

    def _note_before(self, sent: Sent) -> None:
        """Keep the schema before a migration that will be undone."""
        last = self.stage.versions[-1:] == (sent.file.version,)
        if sent.file.version and (self.work.full or last) and self.work.setting.tool.down is not None:
            self.undone.before[sent.file.version] = self.running.schema(self.stage)

    def _run(
        self,
        step: str,
        watch: Callable[[Sent], None] | None,
        running: Session | None = None,
        stage: Stage | None = None,
    ) -> Problem | None:
        """Run what is pending; why that failed. The runner's table has the last word."""
        running, stage = running or self.running, stage or self.stage
        with Waiting(running) as waiting:
            ran = running.up(stage, step, watch)
        problem = self._refusal(step, ran, waiting, running)
        return problem or checks.incomplete(running.applied(stage), stage)

    def _refusal(self, step: str, ran: Ran, waiting: Waiting, running: Session | None = None) -> Problem | None:
        if ran.content:
            return None
        return failure(ran, (running or self.running).traced(step), self.stage.runner, waiting.last)

    # --- the outcome --------------------------------------------------------------------------------------------

    def outcome(self, seconds: float) -> Verified:
        """All that was found."""
        running, service = self.running, self.work.collected.service
        name = self.work.setting.tool.name
        if service.runner is Runner.FLYWAY and not self.work.setting.tool.built_in:
            name = edition("\n".join(running.said))
        known = claimed(service, self.work.collected.files, running.database.major)
        return Verified(
            service.name,
            service.root,
            name,
            running.database.version,
            tuple(self.steps),
            tuple(self.notes),
            times_of(running.tracer.traced),
            self._claims(known),
            self.schema,
            self._against_replay(known) if self.observed else (),
            "\n".join(running.said),
            seconds,
        )

    def _claims(self, known: Claimed) -> Claims:
        own = self.stage.history[1]
        steps = (UP, DOWN)
        traced = (each for each in self.running.tracer.traced if each.step in steps)
        return compare(traced, known, self.running.database.major, own)

    def _against_replay(self, known: Claimed) -> tuple[str, ...]:
        """What the replay has otherwise than the server; nothing where migrations did what nobody can see."""
        if known.schema.doubts or any(migration.problems for migration in known.migrations):
            return ()
        return against_replay(self.observed, known.schema, self.stage.history)


def _passed(said: str) -> Step:
    return Step("", State.PASSED, said)


def _failed(problem: Problem) -> Step:
    return Step("", State.FAILED, problem.what, problem=problem)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
