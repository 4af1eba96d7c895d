"""Versions and runners as people name them: which versions are numbers in sequence, which come next."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, dirname

from avion_lint.runners.migration import Kind, Runner, Version
from avion_lint.runners.numbering import following, is_sequential, with_version
from avion_lint.subjects import Migration, Project

_ORDERED = (Kind.VERSIONED, Kind.CODE)


def all_versions(project: Project) -> list[Version]:
    """List the versions that the service has here and on the base branch, the lowest first."""
    on_base = (base.version for base in project.base if base.kind in _ORDERED and base.version)
    return sorted({*on_base, *project.versions})


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
        return f"Rename it to the next version: {rename(migration.path, version, new)}, or run `avion-lint renumber`."
    form = "YYYYMMDDHHMMSS" if migration.service.runner is Runner.GOOSE else "the form of the others"
    return (
        f"Rename it so that its version comes after {last}: the time of now, in UTC, in {form}. `avion-lint renumber` "
        "does it."
    )


def rename(path: str, version: Version, new: str) -> str:
    """Write the command that gives a file another version."""
    name = basename(path)
    return move(path, with_version(name, version, new) or name)


def move(path: str, name: str) -> str:
    """Write the command that gives a file another name in its folder."""
    folder = dirname(path)
    target = f"{folder}/{name}" if folder else name
    import shlex  # noqa: PLC0415 - most runs have nothing to move

    return f"`git mv {shlex.quote(path)} {shlex.quote(target)}`"


def called(runner: Runner) -> str:
    """Spell the runner's name as its makers do."""
    return "goose" if runner is Runner.GOOSE else "Flyway"
