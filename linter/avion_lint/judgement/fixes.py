"""Gives findings their fixes, where there is a fixer for the rule and the file may still be changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from avion_lint.finding import Finding
from avion_lint.fixer import Fixers, Scene
from avion_lint.judgement.engine import Outcome
from avion_lint.record import replace
from avion_lint.subjects import Migration, Project, Statement
from avion_lint.verdict import Found, Unchecked


def with_fixes(outcome: Outcome, projects: Iterable[Project], fixers: Fixers, closed: Collection[str]) -> Outcome:
    """The same findings, with a fix where there is one; a fixer that raises is told, and its finding stays.

    `closed` are the paths of migrations that nobody may change any more.
    """
    places = {
        (project.service.name, migration.path): (project, migration)
        for project in projects
        for migration in project.migrations
        if migration.judged and migration.path not in closed
    }
    known: dict[tuple[str, str], dict[str, object]] = {key: {} for key in places}
    found: list[Found] = []
    broken = list(outcome.unchecked)
    for each in outcome.found:
        try:
            key = (each.service, each.finding.place.document.path)
            found.append(_with_fix(each, places.get(key), known.get(key, {}), fixers))
        except Exception as error:  # noqa: BLE001 - as a rule that breaks: the finding stands, and it is told
            found.append(each)
            broken.append(_broken(each, error))
    return Outcome(tuple(found), tuple(broken))


def _with_fix(found: Found, place: tuple[Project, Migration] | None, known: dict[str, object], fixers: Fixers) -> Found:
    fixer = fixers.get(found.rule.id)
    if fixer is None or place is None:
        return found
    project, migration = place
    fix = fixer(Scene(found.finding, project, migration, _statement_at(migration, found.finding), known))
    return replace(found, finding=replace(found.finding, fix=fix)) if fix else found


def _statement_at(migration: Migration, finding: Finding) -> Statement | None:
    """The statement that a finding is in."""
    at = finding.place.span.start
    spans = ((statement, statement.place.span) for statement in (*migration.up, *migration.down))
    return next((statement for statement, span in spans if span.start <= at < max(span.end, span.start + 1)), None)


def _broken(found: Found, error: Exception) -> Unchecked:
    why = f"the fix of {found.rule.name} broke on this: {type(error).__name__}: {error}"
    return Unchecked(found.finding.place.document.path, None, why, "please report it; the finding stands")
