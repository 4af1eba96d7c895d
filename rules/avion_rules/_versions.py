"""Versions and runners as people name them: which versions are numbers in sequence, which come next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from posixpath import basename, dirname

from avion_lint.pattern import pattern
from avion_lint.runners.migration import Kind, Runner, Version
from avion_lint.subjects import Migration, Project

_LAST_NUMBER = pattern(r"\d+(?=\D*$)")
_TIMESTAMP = 100_000
_YEAR = 1900
_ORDERED = (Kind.VERSIONED, Kind.CODE)


def is_sequential(version: Version) -> bool:
    """Whether a version is a number in a sequence; a moment in time (20240131120000, 2024.01) is none.

    goose writes five digits; whole numbers of six digits and more are dates in one form or another.
    """
    first, *rest = version.parts
    return first < (_YEAR if rest else _TIMESTAMP)


def following(text: str) -> str:
    """Spell the next version like this one: `00007` → `00008`, `1.9` → `1.10`."""
    return _LAST_NUMBER.sub(lambda last: str(int(last[0]) + 1).zfill(len(last[0])), text)


def all_versions(project: Project) -> list[Version]:
    """List the versions that the service has here and on the base branch, the lowest first."""
    on_base = (base.version for base in project.base if base.kind in _ORDERED and base.version)
    return sorted({*on_base, *(migration.version for migration in project.versioned() if migration.version)})


def free_versions(project: Project) -> Iterator[str]:
    """Spell versions behind all that the service has, one after the other; none where they are timestamps."""
    versions = all_versions(project)
    if not versions or not is_sequential(versions[-1]):
        return
    text = versions[-1].text
    if text.isdigit():
        text = text.zfill(max(len(version.text) for version in versions if version.text.isdigit()))
    while True:
        text = following(text)
        yield text


def move_behind(migration: Migration, last: Version, free: Iterator[str]) -> str:
    """Tell how to give a migration that is applied nowhere yet a place behind the version `last`."""
    version, new = migration.version, next(free, None)
    if version is None:
        return ""
    if new:
        return f"Rename it to the next version: {rename(migration.path, version, new)}."
    form = "YYYYMMDDHHMMSS" if migration.service.runner is Runner.GOOSE else "the form of the others"
    return f"Rename it so that its version comes after {last}: the time of now, in UTC, in {form}."


def rename(path: str, version: Version, new: str) -> str:
    """Write the command that gives a file another version."""
    return move(path, _with_version(basename(path), version, new))


def _with_version(name: str, version: Version, new: str) -> str:
    with_underscores = version.text.replace(".", "_")
    if version.text not in name and with_underscores in name:
        return name.replace(with_underscores, new.replace(".", "_"), 1)
    return name.replace(version.text, new, 1)


def move(path: str, name: str) -> str:
    """Write the command that gives a file another name in its folder."""
    folder = dirname(path)
    target = f"{folder}/{name}" if folder else name
    return f"`git mv {shlex.quote(path)} {shlex.quote(target)}`"


def called(runner: Runner) -> str:
    """Spell the runner's name as its makers do."""
    return "goose" if runner is Runner.GOOSE else "Flyway"
