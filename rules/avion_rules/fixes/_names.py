"""Names of new migrations, in the convention that the service's own last one shows."""

from __future__ import annotations

import re

from avion_lint.fixer import Others, Scene
from avion_lint.runners.migration import Kind
from avion_lint.runners.numbering import a_step_after, spelling

_GAP = re.compile(r"[^\w]+")


def next_paths(scene: Scene, words: tuple[str, ...]) -> tuple[str, ...] | None:
    """Paths beside the migration, with the versions after the last of its service; None where they cannot be told.

    `words` are descriptions, of which each name has one, in this order.
    """
    migration = scene.migration
    last = scene.once_for_all("last version", lambda: _last_version(scene.others))
    if last is None or migration.version is None:
        return None
    folder, slash, name = migration.path.rpartition("/")
    spelt = spelling(name, migration.version)
    if spelt is None:
        return None
    head, tail = name[: spelt[0]], name[spelt[1] :]
    parted = re.match(r"[^0-9A-Za-z]+", tail)
    suffix = re.search(r"\.\w+$", tail)
    if not parted or not suffix:
        return None
    paths: list[str] = []
    for word in words:
        last = a_step_after(last)
        version = last.replace(".", "_") if "_" in name[slice(*spelt)] else last
        paths.append(f"{folder}{slash}{head}{version}{parted[0]}{_GAP.sub('_', word)}{suffix[0]}")
    return tuple(paths)


def _last_version(others: Others) -> str | None:
    """The highest version as its file spells it, here or on the base branch."""
    kinds = (Kind.VERSIONED, Kind.CODE, Kind.BASELINE)
    here = [each.version for each in others.files if each.kind in kinds and each.version]
    base = [each.version for each in others.base if each.kind in kinds and each.version]
    return max((*base, *here), key=lambda version: version.parts).text if here else None


_MOST_BYTES = 63  # PostgreSQL cuts a longer name without an error


def is_too_long(name: str) -> bool:
    """Whether PostgreSQL would cut a name."""
    return len(name.encode()) > _MOST_BYTES


def is_last(scene: Scene) -> bool:
    """Whether nothing that has a version runs after the migration."""
    version, highest = scene.migration.version, scene.once_for_all("highest", lambda: _highest(scene.others))
    return version is None or version.parts == highest


def _highest(others: Others) -> tuple[int, ...]:
    return max((each.version.parts for each in others.files if each.version), default=())
