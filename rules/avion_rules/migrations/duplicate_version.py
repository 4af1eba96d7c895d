"""Two migrations under one version, or two repeatable ones under one description."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import Kind, MigrationFile, Runner, Version
from avion_lint.subjects import BaseMigration, Migration, Project
from avion_rules._versions import all_versions, free_versions, move_behind


@rule("MG112", subject=Project, any_database=True)
def duplicate_version(project: Project) -> Iterator[Finding]:
    """Find a migration whose version another one already has, which stops the runner altogether."""
    free = free_versions(project)
    told: set[str] = set()
    for twins in _groups(project):
        first, *others = sorted(twins, key=_newness)
        for migration in others:
            if migration.judged:
                told.add(migration.path)
                yield _finding(project, migration, first, free)
    ahead = {_identity(each.kind, each.version, each.description): each for each in project.base if each.ahead}
    for migration in project.judged if ahead else ():
        twin = ahead.get(_of(migration.file))
        if twin and migration.path not in told:
            yield _after_merge(project, migration, twin, free)


def _newness(migration: Migration) -> tuple[bool, bool, int, str]:
    """Sorts what stands before what comes to it: what is applied cannot have another name, whatever is judged."""
    applied = migration.deployment.applied
    return (not applied, migration.judged, migration.deployment.order if applied else 0, migration.path)


_Identity = tuple[Kind, tuple[int, ...] | str]


def _identity(kind: Kind, version: Version | None, description: str) -> _Identity | None:
    """What no second migration of a service may have; None where nothing is asked of it."""
    if kind in (Kind.VERSIONED, Kind.CODE) and version:
        return Kind.VERSIONED, version.parts
    return (kind, description) if kind is Kind.REPEATABLE else None


def _of(file: MigrationFile) -> _Identity | None:
    return _identity(file.kind, file.version, file.description)


def _groups(project: Project) -> Iterator[list[Migration]]:
    """Migrations that share what only one may have, where one of them is judged."""
    judged = {_of(migration.file) for migration in project.judged} - {None}
    if len(judged) == len(project.judged) == sum(each in judged for each in map(_of, project.files)):
        return
    groups: defaultdict[_Identity, list[Migration]] = defaultdict(list)
    for migration in project.migrations:
        identity = _of(migration.file)
        if identity is not None and identity in judged:
            groups[identity].append(migration)
    yield from (group for group in groups.values() if len(group) > 1)


def _finding(project: Project, migration: Migration, first: Migration, free: Iterator[str]) -> Finding:
    related = (Related(first.head, "the other one"),)
    shared, effect = _shared(migration, first.version), _effect(migration)
    message = f"Nothing can be migrated any more: {first.path} has {shared} as well, and {effect}."
    return migration.finding(None, message, _remedy(project, migration, free), related=related)


def _after_merge(project: Project, migration: Migration, twin: BaseMigration, free: Iterator[str]) -> Finding:
    shared, effect = _shared(migration, twin.version), _effect(migration)
    message = (
        f"Nothing can be migrated any more once this is merged: {project.base_name} has {shared} as well since this "
        f"branch left it ({twin.path}), and {effect}."
    )
    return migration.finding(None, message, _remedy(project, migration, free))


def _effect(migration: Migration) -> str:
    if migration.service.runner is Runner.GOOSE:
        return "every goose command ends in a panic"
    return "every Flyway command stops with an error"


def _shared(migration: Migration, other: Version | None) -> str:
    if migration.version is None:
        return f"the description `{migration.file.description}`"
    return f"version {migration.version}{_spelling(migration, other)}"


def _remedy(project: Project, migration: Migration, free: Iterator[str]) -> str:
    if migration.version is None:
        return "Give one of the two another description."
    return move_behind(migration, all_versions(project)[-1], free)


def _spelling(migration: Migration, other: Version | None) -> str:
    if other is None or migration.version is None or other.text == migration.version.text:
        return ""
    return f" (written {other}, which is the same number)"
