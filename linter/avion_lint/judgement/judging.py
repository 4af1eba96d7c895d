"""Judges migrations as they are read, beside the reading where there are processors, and lets go of what was judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from avion_lint.judgement.engine import Engine, Outcome
from avion_lint.record import replace
from avion_lint.schema.model import Schema
from avion_lint.subjects import Change, Migration, Project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.judgement.spread import Spread

_FIRST = 400  # statements that are judged beside the reading of the next ones: fewer are not worth a process
_MOST = 2000  # statements that are held at a time


class Judging:
    """Takes the migrations of all projects in order, and tells at the end what the rules say of everything.

    Where `keeps` is False, statements and schemas are let go once the rules have seen them, so that many files take
    little more room than few.
    """

    def __init__(self, engine: Engine, spread: Spread | None, *, keeps: bool) -> None:
        self._engine = engine
        self._spread = spread
        self._keeps = keeps
        self._waiting: list[Migration] = []
        self._size = 0
        self._batch = _FIRST
        self._known: list[object] = [*engine.rules]
        self._told: list[Callable[[], Sequence[Outcome]]] = []

    def take(self, migration: Migration) -> Migration:
        """Judge a migration, now or soon; returns what is to be kept of it."""
        self._known.append(migration.document)
        if migration.judged:
            self._waiting.append(migration)
            self._size += 1 + len(migration.up) + len(migration.down)
            if self._spread is None or self._size >= self._batch:
                self._judge()
        return migration if self._keeps or _is_little(migration) else _let_go(migration)

    def outcome(self, projects: Iterable[Project], changes: Iterable[Change]) -> Outcome:
        """What the rules say of all that was taken, of the projects that it belongs to, and of changes."""
        if self._waiting:
            done = _judged(self._engine, self._waiting)
            self._told.append(lambda: done)
        told = (outcome for part in self._told for outcome in part())
        outcomes = [each for project in projects for each in self._of_project(project, told)]
        outcomes.append(self._engine.of_changes(changes))
        return Outcome(
            tuple(found for outcome in outcomes for found in outcome.found),
            tuple(wrong for outcome in outcomes for wrong in outcome.unchecked),
        )

    def _of_project(self, project: Project, told: Iterator[Outcome]) -> Iterator[Outcome]:
        own = [next(told) for migration in project.migrations if migration.judged]
        notes: dict[str, list[object]] = {}
        for outcome in own:
            for rule, noted in outcome.notes.items():
                notes.setdefault(rule, []).extend(noted)
        yield self._engine.of_project(project, notes)
        yield from own

    def _judge(self) -> None:
        waiting, self._waiting, self._size = self._waiting, [], 0
        engine = self._engine
        if self._spread is None:
            done = _judged(engine, waiting)
            self._told.append(lambda: done)
            return
        self._told.append(self._spread.aside(lambda: _judged(engine, waiting), tuple(self._known)))
        for migration in waiting:
            migration.file.forget()
        self._batch = min(self._batch * 3 // 2, _MOST)


def _judged(engine: Engine, migrations: Iterable[Migration]) -> list[Outcome]:
    return [_of_migration(engine, migration) for migration in migrations]


def _of_migration(engine: Engine, migration: Migration) -> Outcome:
    outcome = engine.of_migration(migration)
    for statement in (*migration.up, *migration.down):
        statement.forget()
    migration.file.forget()
    return outcome


def _is_little(migration: Migration) -> bool:
    """Whether nothing is to be let go: of what is not read again, or where comments may ask for it later."""
    if not migration.judged:
        return migration.before is migration.after
    return bool(migration.problems) or "avion" in migration.document.text


_NOTHING = Schema()


def _let_go(migration: Migration) -> Migration:
    """What the file says, without statements and schemas."""
    return replace(migration, before=_NOTHING, after=_NOTHING, after_down=None, up=(), down=(), whole=False)
