"""The grammar of Flyway's file names: prefix, version, separator, description, suffix."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.migration import Kind, Version

_PART = pattern(r"[+-]?\d+")
_BEFORE_DIGIT = pattern(r"\.(?=[0-9])")
_MAX_LENGTH = 4000  # Python refuses to read longer numbers, and no file system has names that long
OWN_WORDS = frozenset({"current", "next", "latest", "9223372036854775807"})
"""What Flyway takes for a marker and not for a version; the number is its value of `latest`."""


def _around(name: str, *suffixes: str) -> Iterator[str]:
    yield f"before{name}"
    for suffix in ("", *suffixes):
        yield f"after{name}{suffix}"


EACH_EVENTS = frozenset(
    {
        *_around("EachMigrate", "Error"),
        *_around("EachMigrateStatement", "Error"),
        *_around("EachUndo", "Error"),
        *_around("EachUndoStatement", "Error"),
    }
)
"""Callbacks that run on the connection of the migration they accompany, inside its transaction."""

EVENTS = EACH_EVENTS | {
    *_around("Migrate", "Error", "Applied", "OperationFinish"),
    *_around("Undo", "Error"),
    *_around("Clean", "Error"),
    *_around("Validate", "Error"),
    *_around("Baseline", "Error"),
    *_around("Repair", "Error"),
    *_around("Info", "Error", "OperationFinish"),
    "beforeRepeatables",
    "afterVersioned",
    "createSchema",
    "beforeCreateSchema",
    "beforeConnect",
    "afterConnect",
}
"""The events that make a file of their name a callback (org.flywaydb.core.api.callback.Event in 11.20.3)."""

EVENTS_LONGEST_FIRST = tuple(sorted(EVENTS, key=lambda event: (-len(event), event)))


@record
class NameParts:
    """A file name taken apart; `prefix` is that of the configuration, or a callback's event."""

    prefix: str
    kind: Kind
    version: str
    description: str
    suffix: str

    @property
    def is_versioned(self) -> bool:
        """Whether names of this kind carry a version."""
        return self.kind in (Kind.VERSIONED, Kind.BASELINE, Kind.UNDO)


def parse_version(text: str) -> Version | None:
    """Version of a migration, or None where Flyway recognises none.

    `_` and `.` divide parts, each a whole number of any length; trailing zero parts do not count. The words
    `current`, `next` and `latest` are no versions.
    """
    if text.lower() in OWN_WORDS or len(text) > _MAX_LENGTH:
        return None
    shown = text.replace("_", ".")
    parts = _BEFORE_DIGIT.split(shown)
    if not all(_PART.fullmatch(part) for part in parts):
        return None
    numbers = [int(part) for part in parts]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return Version(tuple(numbers), shown)


def suffix_of(name: str, configuration: FlywayConfiguration) -> str | None:
    """The end of the name that is one of the configured suffixes, whatever its case."""
    folded = name.upper()
    suffix = next((own for own in configuration.suffixes if folded.endswith(own.upper())), None)
    return None if suffix is None else name[len(name) - len(suffix) :]


def split_name(name: str, configuration: FlywayConfiguration) -> NameParts | None:
    """The name by suffix, longest matching prefix and first separator; None without a suffix or prefix."""
    suffix = suffix_of(name, configuration)
    if suffix is None:
        return None
    stem = name[: len(name) - len(suffix)]
    found = _prefix(stem, configuration)
    if found is None:
        return None
    prefix, kind = found
    version, _, description = stem[len(prefix) :].partition(configuration.separator)
    return NameParts(prefix, kind, version, description, suffix)


def _prefix(stem: str, configuration: FlywayConfiguration) -> tuple[str, Kind] | None:
    *known, undo = migration_prefixes(configuration)
    matching = [pair for pair in known if stem.startswith(pair[0])]
    if stem.startswith(EVENTS_LONGEST_FIRST):
        matching.append((next(event for event in EVENTS_LONGEST_FIRST if stem.startswith(event)), Kind.CALLBACK))
    if matching:
        return max(matching, key=lambda pair: len(pair[0]))
    return undo if stem.startswith(undo[0]) else None


def migration_prefixes(configuration: FlywayConfiguration) -> list[tuple[str, Kind]]:
    """The prefixes of migrations.

    The open-source edition knows no undo migrations, so theirs comes last and takes no name from another kind.
    """
    own = configuration.prefixes
    return [
        (own.versioned, Kind.VERSIONED),
        (own.repeatable, Kind.REPEATABLE),
        (own.baseline, Kind.BASELINE),
        (own.undo, Kind.UNDO),
    ]


def fault(parts: NameParts, separator: str) -> str | None:
    """Why Flyway does not take a name of these parts, in plain words, or None where it does."""
    if not parts.is_versioned:
        wrong = f"only `{separator}` and a description may follow `{parts.prefix}`, not `{parts.version}`"
        return wrong if parts.version else None
    if not parts.version:
        return f"there is no version after `{parts.prefix}`"
    return None if parse_version(parts.version) else _no_version(parts, separator)


def _no_version(parts: NameParts, separator: str) -> str:
    if parts.version.lower() in OWN_WORDS:
        return f"Flyway takes `{parts.version}` for its own word: it applies the file and fails after that"
    if parts.description:
        return f"`{parts.version}` is no version: a version is digits with `.` or `_` between them"
    return f"no `{separator}` divides the version from the description in `{parts.version}`"


def file_name(parts: NameParts, separator: str) -> str:
    """The name as the placeholder `flyway:filename` gives it: without separator where the description is empty."""
    tail = f"{separator}{parts.description}" if parts.description else ""
    return f"{parts.prefix}{parts.version}{tail}{parts.suffix}"
