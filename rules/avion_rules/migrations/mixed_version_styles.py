"""Numbers in sequence and moments in time, side by side in one folder."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import MigrationFile, Runner, Version
from avion_lint.runners.numbering import following, is_sequential
from avion_lint.subjects import Migration, Project
from avion_rules._versions import all_versions, move_behind


@rule("MG114", subject=Project, any_database=True)
def mixed_version_styles(project: Project) -> Iterator[Finding]:
    """Find a number in sequence that sorts before all timestamps, and the first timestamp behind such numbers."""
    judged = {migration.path: (migration, version) for migration, version in project.judged_versions()}
    if not project.base:  # with a base branch, out-of-order-migration tells it
        timed = [each for each in project.versioned() if each.version and not is_sequential(each.version)]
        for migration, version in judged.values():
            if is_sequential(version):
                yield from _behind_its_time(project, migration, timed)
    for before, file in pairwise(project.versioned_files):
        if file.document.path in judged and _turns(before, file):
            yield _turning_point(before, judged[file.document.path][0])


def _behind_its_time(project: Project, migration: Migration, timed: list[Migration]) -> Iterator[Finding]:
    own = migration.deployment.order
    earlier = [other for other in timed if other.deployment.applied and other.deployment.order < own]
    if not earlier:
        return
    last = earlier[-1]
    message = (
        f"{migration.version} comes before every timestamp, so it is applied before {last.version}, which "
        f"is older; a database that already has {last.version} refuses it."
    )
    remedy = move_behind(migration, all_versions(project)[-1], iter(()))
    yield migration.finding(None, message, remedy, related=(Related(last.head, "a version that is a timestamp"),))


def _turns(before: MigrationFile, file: MigrationFile) -> bool:
    first, second = before.version, file.version
    return bool(first and second and is_sequential(first) and not is_sequential(second))


def _turning_point(before: MigrationFile, migration: Migration) -> Finding:
    message = (
        f"From here on every numbered migration, such as {_next(before.version)}, sorts before this "
        "timestamp and comes out of order."
    )
    fix = (
        "Run `goose fix` before the merge, which gives it the next number, or"
        if migration.service.runner is Runner.GOOSE
        else "Give it the next number, or"
    )
    remedy = f"{fix} use timestamps for all migrations from now on."
    return migration.finding(None, message, remedy, related=(Related(before.head, "numbered in sequence"),))


def _next(version: Version | None) -> str:
    return following(version.text) if version else ""
