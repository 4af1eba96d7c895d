"""New migrations that sort before one which is applied already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import Kind, Runner, Version
from avion_lint.subjects import Migration, Project
from avion_rules._versions import all_versions, free_versions, move_behind


@rule("HI104", subject=Project, any_database=True)
def out_of_order_migration(project: Project) -> Iterator[Finding]:
    """Find a new migration with a lower version than one that is applied already."""
    if project.service.out_of_order or _stand_last(project):
        return
    known = {version.parts: version for version in _known(project)}
    applied = _applied_before(project)
    free = free_versions(project)
    for migration, version in project.judged_versions():
        if not _is_on_base(migration, known):
            on_base = () if migration.deployment.applied else known.values()
            later = max((*applied[migration.deployment.order], *on_base), key=_parts, default=None)
            if later is not None and version < later:
                yield _finding(project, migration, later, free)


def _stand_last(project: Project) -> bool:
    """Whether all that is judged is new and stands behind all else, as nearly always."""
    new = {version: migration for migration, version in project.judged_versions()}
    if any(migration.deployment.applied for migration in new.values()):
        return False
    first = min((version.parts for version in new), default=())
    behind = [version for version in (*project.versions, *_known(project)) if version.parts >= first]
    return not new or all(version in new for version in behind)


def _known(project: Project) -> Iterator[Version]:
    """Versions on the base branch."""
    kinds = (Kind.VERSIONED, Kind.CODE)
    return (base.version for base in project.base if base.kind in kinds and base.version)


def _is_on_base(migration: Migration, known: Mapping[tuple[int, ...], Version]) -> bool:
    """Whether the base branch has this very version: then it is edited, renamed or doubled, not misplaced."""
    return not migration.deployment.applied and migration.version is not None and migration.version.parts in known


def _applied_before(project: Project) -> dict[int, tuple[Version, ...]]:
    """Find the greatest version that each deployment found applied, or none; an assumed order says nothing."""
    found: dict[int, tuple[Version, ...]] = {}
    highest: tuple[Version, ...] = ()
    in_order = sorted(project.versioned(), key=_order)
    for order, group in groupby(in_order, key=_order):
        found[order] = highest
        versions = [each.version for each in group if each.version and each.deployment.applied]
        highest = (max((*highest, *versions), key=_parts),) if versions else highest
    return found


def _parts(version: Version) -> tuple[int, ...]:
    return version.parts


def _order(migration: Migration) -> int:
    return migration.deployment.order


def _finding(project: Project, migration: Migration, later: Version, free: Iterator[str]) -> Finding:
    where = f" on {project.base_name}" if project.base_name else ""
    after = f"version {later}, which is{where} already," if where else f"version {later}, which came first,"
    if project.service.runner is Runner.GOOSE:
        effect = (
            f"`goose up` stops with an error about missing migrations wherever {after} is applied: "
            f"{migration.version} sorts before it."
        )
    else:
        effect = (
            f'Flyway stops with "Detected resolved migration not applied to database: {migration.version}" '
            f"wherever {after} is applied: it sorts before it."
        )
    remedy = move_behind(migration, all_versions(project)[-1], free)
    return migration.finding(None, effect, remedy, related=tuple(_related(project, later)))


def _related(project: Project, later: Version) -> Iterator[Related]:
    witness = next((base.witness for base in project.base if base.version == later and base.witness), "")
    for migration in project.versioned():
        if migration.version == later:
            yield Related(migration.head, f"version {later}{f' {witness}' if witness else ''}")
            return
