"""Folders that Flyway's `locations` name together: one service, though they lie beside one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import basename, commonpath, normpath

from avion_lint.discovery.discover import Folder
from avion_lint.record import replace
from avion_lint.runners import flyway_names
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.migration import FileName, Kind, Runner


def joined(
    folders: Iterable[Folder], paths: Iterable[str], configuration: Callable[[str], FlywayConfiguration]
) -> tuple[Folder, ...]:
    """The folders, with those made one that the locations of one configuration name.

    SQL below a location that holds nothing but callbacks or repeatable migrations comes in as well. Locations with
    wildcards or `{vendor}` are left as they are.
    """
    given = tuple(folders)
    by_root = {each.root: each for each in given if each.runner is Runner.FLYWAY and not each.alternative}
    sql = tuple(path for path in paths if path.lower().endswith(".sql"))
    taken: set[str] = set()
    found: list[Folder] = []
    for root in sorted(by_root):
        if root in taken:
            continue
        settings = configuration(root)
        places = _places(root, settings.locations) or _beginning(root, by_root, settings)
        fellows = [by_root[each] for each in sorted(by_root) if each in places and each not in taken]
        if by_root[root] not in fellows:
            fellows.append(by_root[root])
        taken |= {each.root for each in fellows}
        found.append(_one(fellows, _others(places, by_root, sql), settings))
    others = (each for each in given if each.runner is not Runner.FLYWAY or each.alternative)
    return tuple(sorted((*found, *others), key=lambda each: (each.root, each.alternative)))


def _places(root: str, locations: tuple[str, ...]) -> frozenset[str]:
    """The folders that the locations come to, seen from a folder that is one of them, or holds one; else none."""
    relative = [place for location in locations if (place := _relative(location))]
    for place in sorted(relative, key=len, reverse=True):
        for head in _heads(place):
            if root == head or root.endswith(f"/{head}"):
                before = root[: len(root) - len(head)]
                return frozenset(before + each for each in relative) | {root}
    return frozenset()


_FIRST = ("base", "baseline", "init", "initial", "schema", "setup")
_MAIN = ("migration", "migrations")


def _beginning(root: str, by_root: Mapping[str, Folder], settings: FlywayConfiguration) -> frozenset[str]:
    """Without locations: `db/migration` and what by its name and versions is the beginning of it, beside it."""
    above, _, name = root.rpartition("/")
    if name not in (*_FIRST, *_MAIN) or settings.locations:
        return frozenset()
    mains = [place for word in _MAIN if (place := f"{above}/{word}") in by_root]
    firsts = [place for word in _FIRST if (place := f"{above}/{word}") in by_root]
    if len(mains) != 1 or len(firsts) != 1:
        return frozenset()
    earlier, later = _versions(by_root[firsts[0]], settings), _versions(by_root[mains[0]], settings)
    follows = bool(earlier) and bool(later) and max(earlier) < min(later)
    return frozenset((firsts[0], mains[0])) if follows else frozenset()


def _versions(folder: Folder, settings: FlywayConfiguration) -> list[tuple[int, ...]]:
    names = (flyway_names.parse_name(basename(path), settings) for path in folder.files)
    return [name.version.parts for name in names if isinstance(name, FileName) and name.version]


def _relative(location: str) -> str:
    """The path of a location without its kind, "" where it cannot be told."""
    kind, colon, path = location.strip().rpartition(":")
    plain = normpath(path.strip("/")) if path.strip("/") else ""
    known = kind in ("classpath", "filesystem") if colon else True
    return plain if known and not any(letter in plain for letter in "*?{$") and not plain.startswith(".") else ""


def _heads(place: str) -> Iterator[str]:
    """A path and those above it, the longest first."""
    parts = place.split("/")
    return ("/".join(parts[:end]) for end in range(len(parts), 0, -1))


def _others(places: frozenset[str], roots: Iterable[str], sql: tuple[str, ...]) -> tuple[str, ...]:
    """SQL in locations that no folder with versioned migrations has."""
    known = tuple(roots)
    bare = [each for each in places if not any(each == root or each.startswith(f"{root}/") for root in known)]
    return tuple(path for path in sql if any(path.startswith(f"{each}/") for each in bare))


_MORE = (Kind.REPEATABLE, Kind.CALLBACK)


def _one(fellows: list[Folder], others: tuple[str, ...], settings: FlywayConfiguration) -> Folder:
    """One folder of several; its root is the nearest folder above them all."""
    named = {path: flyway_names.parse_name(basename(path), settings) for path in others}
    more = tuple(path for path, name in named.items() if isinstance(name, FileName) and name.kind in _MORE)
    if len(fellows) == 1 and not more:
        return fellows[0]
    first = fellows[0]
    roots = tuple(each.root for each in fellows)
    return replace(
        first,
        root=commonpath(roots) if "" not in roots else "",
        files=tuple(sorted({path for each in fellows for path in each.files} | set(more))),
        problems=tuple(sorted((pair for each in fellows for pair in each.problems), key=lambda pair: pair[0])),
        shared=tuple(sorted({path for each in fellows for path in each.shared})),
        locations=roots,
    )
