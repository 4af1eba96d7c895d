"""Numbers left out between migrations that are numbered one by one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import gcd

from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.runners.migration import Kind, MigrationFile, Version
from avion_lint.runners.numbering import following, is_sequential
from avion_lint.subjects import Migration, Project
from avion_rules._versions import rename


@rule("MG113", subject=Project, any_database=True)
def version_gap(project: Project) -> Iterator[Finding]:
    """Find a new migration that leaves out a number in a sequence."""
    judged = {each.path: each for each, version in project.judged_versions() if is_sequential(version)}
    if not judged:
        return
    numbered = [file for file in project.versioned_files if file.version and is_sequential(file.version)]
    step = gcd(*(file.version.parts[-1] for file in numbered if file.version)) or 1
    new = judged.keys() - {base.path for base in project.base}
    elsewhere = {base.version.parts for base in project.base if base.version} | set(_misnamed(project))
    for before, file in pairwise(numbered):
        if file.path in new:
            left_out = [parts for parts in _between(before, file, step) if parts not in elsewhere]
            if left_out:
                yield _finding(before, judged[file.path], left_out, _last_taken(project, before, file))


Parts = tuple[int, ...]


def _last_taken(project: Project, before: MigrationFile, file: MigrationFile) -> Version | None:
    """The highest version below the new one that is here or on the base branch: one deleted here is applied still."""
    on_base = (base.version for base in project.base if base.version and base.kind in (Kind.VERSIONED, Kind.CODE))
    lower = (version for version in on_base if file.version and version < file.version)
    return max((*lower, *((before.version,) if before.version else ())), default=None)


def _misnamed(project: Project) -> Iterator[Parts]:
    """Versions of files that the runner passes over for their name: they are not left out, they are spelt wrong."""
    for file in project.unrecognised:
        number = _NUMBER.match(file.problem.suggestion)
        if number:
            yield tuple(int(part) for part in number[1].replace("_", ".").split("."))


_NUMBER = pattern(r"[A-Za-z]?(\d+(?:[._]\d+)*)")


def _between(before: MigrationFile, file: MigrationFile, step: int) -> list[Parts]:
    """Versions between two neighbours, a step apart, where they differ in their last number only."""
    first, second = _parts(before), _parts(file)
    if len(first) != len(second) or first[:-1] != second[:-1]:
        return []
    numbers = range(first[-1] + step, second[-1], step)
    return [(*first[:-1], number) for number in numbers[:_ENOUGH]]


_ENOUGH = 1000


def _parts(file: MigrationFile) -> Parts:
    return file.version.parts if file.version else ()


def _finding(before: MigrationFile, migration: Migration, left_out: list[Parts], taken: Version | None) -> Finding:
    names = [".".join(map(str, parts)) for parts in left_out]
    shown = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    missing = f"Version {shown} is" if len(names) == 1 else f"Versions {shown} are"
    message = (
        f"{missing} left out before {migration.version}: nobody can tell whether a file got lost, and a "
        "migration that comes with such a number later is out of order."
    )
    related = (Related(before.head, "the version before it"),)
    return migration.finding(None, message, _remedy(taken, migration), related=related)


def _remedy(taken: Version | None, migration: Migration) -> str:
    if taken is None or migration.version is None:
        return ""
    return f"Take the next number: {rename(migration.path, migration.version, following(taken.text))}."
