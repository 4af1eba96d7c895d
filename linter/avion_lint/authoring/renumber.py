"""Gives new migrations versions behind all that the base branch has, in the order that they have among themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from posixpath import basename, dirname

from avion_lint.authoring.files import AuthoringError
from avion_lint.authoring.names import COUNTED, names_in, padded
from avion_lint.discovery.gather import Collected
from avion_lint.record import record
from avion_lint.runners.flyway_name_grammar import parse_version
from avion_lint.runners.flyway_names import script_config_name
from avion_lint.runners.migration import Kind, MigrationFile, Runner, Version
from avion_lint.runners.numbering import next_after, with_version

_MOVED = (Kind.VERSIONED, Kind.CODE)


@record
class Paths:
    """What may be moved and what counts as applied: new paths, those of the base branch, and all that there are."""

    new: Collection[str]
    base: Collection[str]
    all: Collection[str]


def renamings(collected: Collected, paths: Paths, now: datetime) -> tuple[tuple[str, str], ...]:
    """Old and new paths of a service's files, the highest version first, so that none is ever in another's way.

    `now` is UTC. Raises AuthoringError where a name cannot be told or is taken.
    """
    moving = [each for each in collected.files if each.path in paths.new and each.kind in _MOVED and each.version]
    moving.sort(key=lambda file: (file.version, file.path))
    base = {name.version for _, name in names_in(collected, paths.base) if name.kind in COUNTED and name.version}
    others = [each for each in collected.files if each.kind in COUNTED and each not in moving]
    staying = {each.version for each in others if each.version}
    given = _versions(collected, moving, sorted(base), staying, now)
    found = [
        (old, _renamed(old, version, new)) for file, version, new in given for old in _files(collected, file, paths)
    ]
    _refuse_taken(found, paths)
    return tuple(reversed(found))


def _versions(
    collected: Collected, moving: list[MigrationFile], base: list[Version], staying: Collection[Version], now: datetime
) -> Iterator[tuple[MigrationFile, Version, str]]:
    """Migrations that need another version, with the old and the new one, the lowest first."""
    if not base:
        return
    last, taken, ordered = base[-1], {*base, *staying}, not collected.service.out_of_order
    for file in moving:
        version = file.version
        if version is None:
            continue
        if version not in taken and (version > last or not ordered):
            new = version
        else:
            new = _next(collected.service.runner, padded(last, base), taken, now)
            ordered = True  # what comes after it shall stay after it
            yield file, version, new.text
        last = max(last, new)
        taken.add(new)


def _next(runner: Runner, text: str, taken: Collection[Version], now: datetime) -> Version:
    while True:
        text = next_after(text, now)
        version = parse_version(text) if runner is Runner.FLYWAY else Version((int(text),), text)
        if version is None:
            raise AuthoringError(f"there is no version after {text} that {runner} would take")
        if version not in taken:
            return version


def _files(collected: Collected, file: MigrationFile, paths: Paths) -> Iterator[str]:
    """A migration and the files that go with it: its script configuration, the script that undoes it and that one's."""
    undoing = [
        each.path
        for each in collected.files
        if each.kind is Kind.UNDO and each.version == file.version and each.description == file.description
    ]
    for path in (file.path, *(each for each in undoing if each in paths.new)):
        yield path
        if script_config_name(path) in paths.all:
            yield script_config_name(path)


def _renamed(path: str, version: Version, new: str) -> str:
    name = with_version(basename(path), version, new)
    if name is None:
        why = f"where the version {version} stands in the name of {path} cannot be told"
        raise AuthoringError(f"{why}: rename it by hand; nothing was renamed")
    folder = dirname(path)
    return f"{folder}/{name}" if folder else name


def _refuse_taken(found: list[tuple[str, str]], paths: Paths) -> None:
    moved = {old for old, _ in found}
    for _, new in found:
        if (new in paths.all or new in paths.base) and new not in moved:
            raise AuthoringError(f"{new} is there already, and is not written over; nothing was renamed")
