"""Two migrations under one version, or two repeatable ones under one description."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import Kind, Runner, Version
from avion_lint.subjects import Migration, Project
from avion_rules._versions import all_versions, free_versions, move_behind


@rule("MG112", subject=Project, any_database=True)
def duplicate_version(project: Project) -> Iterator[Finding]:
    """Find a migration whose version another one already has, which stops the runner altogether."""
    free = free_versions(project)
    for twins in _groups(project):
        first, *others = sorted(twins, key=lambda migration: (migration.judged, migration.path))
        for migration in others:
            if migration.judged:
                yield _finding(project, migration, first, free)


def _groups(project: Project) -> Iterator[list[Migration]]:
    groups: defaultdict[tuple[Kind, Version | str], list[Migration]] = defaultdict(list)
    for migration in project.versioned():
        if migration.version:
            groups[Kind.VERSIONED, migration.version].append(migration)
    for migration in project.migrations:
        if migration.kind is Kind.REPEATABLE:
            groups[migration.kind, migration.file.description].append(migration)
    return (group for group in groups.values() if len(group) > 1)


def _finding(project: Project, migration: Migration, first: Migration, free: Iterator[str]) -> Finding:
    effect = (
        "every goose command ends in a panic"
        if migration.service.runner is Runner.GOOSE
        else "every Flyway command stops with an error"
    )
    related = (Related(first.head, "the other one"),)
    if migration.version is None:
        shared = f"the description `{migration.file.description}`"
        remedy = "Give one of the two another description."
    else:
        shared = f"version {migration.version}{_spelling(migration, first)}"
        remedy = move_behind(migration, all_versions(project)[-1], free)
    message = f"Nothing can be migrated any more: {first.path} has {shared} as well, and {effect}."
    return migration.finding(None, message, remedy, related=related)


def _spelling(migration: Migration, first: Migration) -> str:
    other = first.version
    if other is None or migration.version is None or other.text == migration.version.text:
        return ""
    return f" (written {other}, which is the same number)"
