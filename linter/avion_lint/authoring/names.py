"""The names of new migrations: the next version of a service, in the form that its files have."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from posixpath import basename, dirname

from avion_lint.discovery.gather import Collected, name_of
from avion_lint.runners.flyway_name_grammar import suffix_of
from avion_lint.runners.migration import FileName, Kind, MigrationFile, Runner, Version
from avion_lint.runners.numbering import is_sequential, next_after, spelling

COUNTED = (Kind.VERSIONED, Kind.CODE, Kind.BASELINE)
_FIRST = {Runner.GOOSE: "00001", Runner.FLYWAY: "1"}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def names_in(collected: Collected, paths: Collection[str]) -> Iterator[tuple[str, FileName]]:
    """Those of the paths that are migrations of a service, by their names."""
    root = collected.service.root
    for path in sorted(paths):
        inside = not root or path.startswith(f"{root}/")
        name = name_of(collected, path) if inside else None
        if name is not None:
            yield path, name


def versions_of(collected: Collected, base: Collection[str]) -> list[Version]:
    """All versions that count, here and among the paths of the base branch, the lowest first."""
    here = [file.version for file in collected.files if file.kind in COUNTED and file.version]
    there = [name.version for _, name in names_in(collected, base) if name.kind in COUNTED and name.version]
    return sorted((*there, *here))


def next_version(versions: list[Version], runner: Runner, now: datetime) -> str:
    """The version behind all of these (the lowest first), in the form of the last; `now` is UTC."""
    if not versions:
        return _FIRST[runner]
    last = versions[-1]
    return next_after(padded(last, versions), now)


def padded(last: Version, versions: Collection[Version]) -> str:
    """A number of a sequence with the zeros that the others have before theirs."""
    if not last.text.isdigit() or not is_sequential(last):
        return last.text
    return last.text.zfill(max(len(each.text) for each in versions if each.text.isdigit() and is_sequential(each)))


def last_script(collected: Collected) -> MigrationFile | None:
    """The last migration in SQL that a service has, None where it has none."""
    scripts = (file for file in collected.files if file.kind is Kind.VERSIONED and file.version and file.document.text)
    return max(scripts, key=lambda file: (file.version, file.path), default=None)


def description(collected: Collected, words: str) -> str:
    """The words as a part of a file's name, in the letters that the service's other names are in."""
    others = [basename(file.path) for file in collected.files]
    known = "".join(file.description for file in collected.files)
    if known == known.lower():
        words = _HUMP.sub("_", words).lower()
    kept = r"[^\w-]+" if any("-" in name for name in others) else r"\W+"
    return re.sub(r"_{2,}", "_", re.sub(kept, "_", words)).strip("_-")


def path_of(collected: Collected, kind: Kind, version: str, words: str) -> str:
    """The path of a new migration, beside the last one of its kind."""
    like = _last_of(collected, kind) or last_script(collected)
    folder = dirname(like.path) if like else collected.service.root
    name = _name(collected, kind, _as_written(like, version), words, like)
    return f"{folder}/{name}" if folder else name


def _last_of(collected: Collected, kind: Kind) -> MigrationFile | None:
    files = (file for file in collected.files if file.kind is kind and file.version)
    return max(files, key=lambda file: (file.version, file.path), default=None)


def _as_written(like: MigrationFile | None, version: str) -> str:
    name = basename(like.path) if like else ""
    span = spelling(name, like.version) if like and like.version else None
    return version.replace(".", "_") if span and "_" in name[slice(*span)] else version


def _name(collected: Collected, kind: Kind, version: str, words: str, like: MigrationFile | None) -> str:
    if collected.service.runner is Runner.GOOSE:
        return f"{version}_{words}.sql"
    configuration = collected.configuration
    prefix = configuration.prefixes.undo if kind is Kind.UNDO else configuration.prefixes.versioned
    suffix = suffix_of(like.path, configuration) if like else None
    return f"{prefix}{version}{configuration.separator}{words}{suffix or configuration.suffixes[0]}"
