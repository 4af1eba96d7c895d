"""Names of new migrations, in the convention that the service's own last one shows."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from avion_lint.runners.migration import Kind
from avion_lint.subjects import Migration, Project

_DIGITS = re.compile(r"[0-9]+(?=[^0-9]*$)")
_STAMPED = re.compile(r"[0-9]{14}")
_GAP = re.compile(r"[^\w]+")
_STAMP = "%Y%m%d%H%M%S"


def next_paths(project: Project, migration: Migration, words: tuple[str, ...]) -> tuple[str, ...] | None:
    """Paths beside a migration, with the versions after the last of its service; None where they cannot be told.

    `words` are descriptions, of which each name has one, in this order.
    """
    last = _last_version(project)
    if last is None or migration.version is None:
        return None
    folder, slash, name = migration.path.rpartition("/")
    spelt = re.search("[._]".join(map(re.escape, re.split("[._]", migration.version.text))), name)
    if spelt is None:
        return None
    head, tail = name[: spelt.start()], name[spelt.end() :]
    parted = re.match(r"[^0-9A-Za-z]+", tail)
    suffix = re.search(r"\.\w+$", tail)
    if not parted or not suffix:
        return None
    paths: list[str] = []
    for word in words:
        last = _following(last)
        version = last.replace(".", "_") if "_" in spelt[0] else last
        paths.append(f"{folder}{slash}{head}{version}{parted[0]}{_GAP.sub('_', word)}{suffix[0]}")
    return tuple(paths)


def _last_version(project: Project) -> str | None:
    """The highest version as its file spells it, here or on the base branch."""
    kinds = (Kind.VERSIONED, Kind.CODE, Kind.BASELINE)
    here = [each.version for each in project.migrations if each.kind in kinds and each.version]
    base = [each.version for each in project.base if each.kind in kinds and each.version]
    return max((*base, *here), key=lambda version: version.parts).text if here else None


def _following(text: str) -> str:
    """The version after a version: a second later for a time, one more in the last number otherwise."""
    if _STAMPED.fullmatch(text):
        try:
            return (datetime.strptime(text, _STAMP) + timedelta(seconds=1)).strftime(_STAMP)  # noqa: DTZ007 - no zone
        except ValueError:
            pass  # fourteen digits that are no time are counted on
    return _DIGITS.sub(lambda digits: str(int(digits[0]) + 1).zfill(len(digits[0])), text)


_MOST_BYTES = 63  # PostgreSQL cuts a longer name without an error


def is_too_long(name: str) -> bool:
    """Whether PostgreSQL would cut a name."""
    return len(name.encode()) > _MOST_BYTES


def is_last(project: Project, migration: Migration) -> bool:
    """Whether nothing that has a version runs after a migration."""
    return not after(project, migration)


def after(project: Project, migration: Migration) -> tuple[Migration, ...]:
    """What runs after a migration: those with a higher version."""
    return tuple(
        each
        for each in project.migrations
        if each.version and migration.version and each.version.parts > migration.version.parts
    )
