"""Judges migrations as they are read, beside the reading where there are processors, and lets go of what was judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from avion_lint.judgement.engine import Engine, Outcome
from avion_lint.judgement.projects import Gathered
from avion_lint.record import replace
from avion_lint.schema.model import Schema
from avion_lint.subjects import Change, Migration, Project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.judgement.fixes import Fixing
    from avion_lint.judgement.spread import Spread

_FIRST = 400  # statements that are judged beside the reading of the next ones: fewer are not worth a process
_MOST = 2000  # statements that are held at a time


class Judging:
    """Takes the migrations of all projects in order, and tells at the end what the rules say of everything.

    Where `keeps` is False, statements and schemas are let go once the rules have seen them, so that many files take
    little more room than few. `fixing` makes fixes of what is found, where these are asked for.
    """

    def __init__(self, engine: Engine, spread: Spread | None, *, keeps: bool, fixing: Fixing | None = None) -> None:
        self._engine = engine
        self._spread = spread
        self._keeps = keeps
        self._fixing = fixing
        self._waiting: list[tuple[Migration, Gathered]] = []
        self._size = 0
        self._batch = _FIRST
        self._known: list[object] = [*engine.rules]
        self._gathered: Gathered | None = None
        self._told: list[Callable[[], Sequence[Outcome]]] = []

    def take(self, migration: Migration, gathered: Gathered) -> Migration:
        """Judge a migration of a service, now or soon; returns what is to be kept of it."""
        if gathered is not self._gathered:
            self._gathered = gathered
            standing = gathered.standing
            self._known.extend(each.document for each in gathered.files if not standing[each.document.path].judged)
        if migration.judged:
            self._known.append(migration.document)
            self._waiting.append((migration, gathered))
            self._size += 1 + len(migration.up) + len(migration.down)
            if self._spread is None or self._size >= self._batch:
                self._judge()
        return migration if self._keeps or _is_little(migration) else _let_go(migration)

    def outcome(self, projects: Iterable[Project], changes: Iterable[Change]) -> Outcome:
        """What the rules say of all that was taken, of the projects that it belongs to, and of changes."""
        if self._waiting:
            done = self._judged(self._waiting)
            self._told.append(lambda: done)
        told = (outcome for part in self._told for outcome in part())
        outcomes = [each for project in projects for each in self._of_project(project, told)]
        outcomes.append(self._engine.of_changes(changes))
        return Outcome(
            tuple(found for outcome in outcomes for found in outcome.found),
            tuple(wrong for outcome in outcomes for wrong in outcome.unchecked),
        )

    def _of_project(self, project: Project, told: Iterator[Outcome]) -> Iterator[Outcome]:
        judged = project.judged
        own = [next(told) for _ in judged]
        if self._fixing:
            from avion_lint.judgement.fixes import settled  # noqa: PLC0415 - few runs ask for fixes

            own = list(settled(judged, own))
        notes: dict[str, list[object]] = {}
        for outcome in own:
            for rule, noted in outcome.notes.items():
                notes.setdefault(rule, []).extend(noted)
        yield self._engine.of_project(project, notes)
        yield from own

    def _judge(self) -> None:
        waiting, self._waiting, self._size = self._waiting, [], 0
        if self._spread is None:
            done = self._judged(waiting)
            self._told.append(lambda: done)
            return
        if self._fixing:
            self._fixing.load()  # once here, not in each process
        self._told.append(self._spread.aside(lambda: self._judged(waiting), tuple(self._known)))
        for migration, _ in waiting:
            migration.file.forget()
        self._batch = min(self._batch * 3 // 2, _MOST)

    def _judged(self, waiting: Iterable[tuple[Migration, Gathered]]) -> list[Outcome]:
        return [self._of_migration(migration, gathered) for migration, gathered in waiting]

    def _of_migration(self, migration: Migration, gathered: Gathered) -> Outcome:
        outcome = self._engine.of_migration(migration)
        if self._fixing:
            outcome = self._fixing.fixed(outcome, migration, gathered)
        migration.forget()
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
