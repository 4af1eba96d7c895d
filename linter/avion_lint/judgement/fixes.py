"""Gives findings their fixes, where there is a fixer for the rule and the file may still be changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from itertools import accumulate

from avion_lint.finding import Finding
from avion_lint.fixer import Fixers, Scene
from avion_lint.judgement.engine import Outcome
from avion_lint.record import record, replace
from avion_lint.source import Span
from avion_lint.subjects import Migration, Project, Statement
from avion_lint.verdict import Found, Unchecked


def with_fixes(outcome: Outcome, projects: Iterable[Project], fixers: Fixers, closed: Collection[str]) -> Outcome:
    """The same findings, with a fix where there is one; a fixer that raises is told, and its finding stays.

    `closed` are the paths of migrations that nobody may change any more.
    """
    stages = _stages(projects, closed)
    found: list[Found] = []
    broken = list(outcome.unchecked)
    for each in outcome.found:
        try:
            found.append(_with_fix(each, stages.get((each.service, each.finding.place.document.path)), fixers))
        except Exception as error:  # noqa: BLE001 - as a rule that breaks: the finding stands, and it is told
            found.append(each)
            broken.append(_broken(each, error))
    return Outcome(tuple(found), tuple(broken))


@record(caches=True)
class _Stage:
    """A migration whose findings may get fixes, and what is known of it, and of its project, for all of them."""

    project: Project
    migration: Migration
    known: dict[str, object]
    known_of_all: dict[str, object]

    def scene(self, finding: Finding) -> Scene:
        statement = self.statement_at(finding.place.span.start)
        return Scene(finding, self.project, self.migration, statement, self.known, self.known_of_all)

    @cached_property
    def statement_at(self) -> Callable[[int], Statement | None]:
        """What gives the first statement that an offset is in."""
        both = ((each.place.span, each) for each in (*self.migration.up, *self.migration.down))
        placed = sorted(both, key=lambda pair: pair[0].start)
        starts = [span.start for span, _ in placed]
        reach = list(accumulate((_end(span) for span, _ in placed), max))

        def statement_at(offset: int) -> Statement | None:
            found = None
            for index in range(bisect_right(starts, offset) - 1, -1, -1):
                if reach[index] <= offset:  # all that come before end before it
                    break
                span, statement = placed[index]
                found = statement if offset < _end(span) else found
            return found

        return statement_at


def _end(span: Span) -> int:
    return max(span.end, span.start + 1)


def _stages(projects: Iterable[Project], closed: Collection[str]) -> dict[tuple[str, str], _Stage]:
    stages: dict[tuple[str, str], _Stage] = {}
    for project in projects:
        known: dict[str, object] = {}
        for migration in project.migrations:
            if migration.judged and migration.path not in closed:
                stages[(project.service.name, migration.path)] = _Stage(project, migration, {}, known)
    return stages


def _with_fix(found: Found, stage: _Stage | None, fixers: Fixers) -> Found:
    fixer = fixers.get(found.rule.id)
    if fixer is None or stage is None:
        return found
    fix = fixer(stage.scene(found.finding))
    return replace(found, finding=replace(found.finding, fix=fix)) if fix else found


def _broken(found: Found, error: Exception) -> Unchecked:
    why = f"the fix of {found.rule.name} broke on this: {type(error).__name__}: {error}"
    return Unchecked(found.finding.place.document.path, None, why, "please report it; the finding stands")
