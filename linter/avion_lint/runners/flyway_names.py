"""What Flyway makes of a file's name, and how a name that it passes over was probably meant."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.flyway_name_grammar import (
    EVENTS_LONGEST_FIRST,
    OWN_WORDS,
    NameParts,
    fault,
    migration_prefixes,
    parse_version,
    split_name,
    suffix_of,
)
from avion_lint.runners.migration import FileName, Kind, NameProblem

_GAP = " \t_.-"
_NUMBERS = pattern(r"\d++(?:[._-]++\d++)*+")
_GAPS = pattern(r"[._-]+")
_UNPREFIXED = pattern(r"\d++(?:[._-]++\d++)*+[\s_.-]")


def parse_name(name: str, configuration: FlywayConfiguration) -> FileName | NameProblem | None:
    """What Flyway takes from a file's name (without folders).

    A name that looks like a migration's and is none for Flyway is a NameProblem: passed over in silence, or refused
    where `validate_migration_naming` is set (then any other name with a configured suffix is refused as well).
    Names that have nothing to do with Flyway are None. Undo migrations are named as such, though the open-source
    edition passes over them too, and refuses them where `validate_migration_naming` is set.
    """
    parts = split_name(name, configuration)
    reason = fault(parts, configuration.separator) if parts else None
    if parts is None or reason is not None:
        return _problem(name, parts, reason, configuration)
    if _is_too_short(name, parts):
        suggestion = f"{parts.prefix}{configuration.separator}{parts.suffix}"
        return NameProblem("there is nothing between prefix and suffix", refused=False, suggestion=suggestion)
    version = parse_version(parts.version) if parts.is_versioned else None
    return FileName(parts.kind, version, parts.description.replace("_", " "))


def _is_too_short(name: str, parts: NameParts) -> bool:
    return parts.kind is not Kind.CALLBACK and len(name) <= len(parts.prefix) + len(parts.suffix)


def _is_taken(name: str, configuration: FlywayConfiguration) -> bool:
    parts = split_name(name, configuration)
    return parts is not None and not fault(parts, configuration.separator) and not _is_too_short(name, parts)


def callback_event(name: str, configuration: FlywayConfiguration) -> str | None:
    """The event at which Flyway runs a file of that name, or None where it is no callback."""
    parts = split_name(name, configuration)
    if parts is None or parts.kind is not Kind.CALLBACK or fault(parts, configuration.separator) is not None:
        return None
    return parts.prefix


def script_config_name(name: str) -> str:
    """Name of the script configuration of a migration: it stands in the same folder, in upper or lower case."""
    return f"{name}.conf"


def _problem(
    name: str, parts: NameParts | None, reason: str | None, configuration: FlywayConfiguration
) -> NameProblem | None:
    if parts is not None and parts.is_versioned and parts.version.lower() in OWN_WORDS and reason:
        return NameProblem(reason, refused=True)
    suffix = suffix_of(name, configuration)
    if suffix is None:
        return _other_suffix(name, configuration)
    refused = configuration.validate_migration_naming
    meant = _meant(name[: len(name) - len(suffix)], configuration)
    if meant is None:
        why = reason or "it begins with none of Flyway's prefixes"
        return NameProblem(why, refused=True) if refused else None
    why, stem = meant
    suggestion = stem + suffix
    if not stem or not _is_taken(suggestion, configuration):
        suggestion = ""
    return NameProblem(reason or why, refused, suggestion)


def _other_suffix(name: str, configuration: FlywayConfiguration) -> NameProblem | None:
    if not name.lower().endswith(".sql") or not configuration.suffixes:
        return None
    suggestion = name[:-4] + configuration.suffixes[0]
    if not _is_taken(suggestion, configuration):
        return None
    allowed = ", ".join(f"`{suffix}`" for suffix in configuration.suffixes)
    return NameProblem(f"its suffix is none of {allowed}", refused=False, suggestion=suggestion)


def _meant(stem: str, configuration: FlywayConfiguration) -> tuple[str, str] | None:
    """Why the stem is passed over and the stem that was probably meant ("" for unknown), or None for no migration."""
    callback = _meant_callback(stem, configuration.separator)
    if callback is not None:
        return callback
    if _UNPREFIXED.match(stem):
        prefix = configuration.prefixes.versioned
        return f"it does not begin with `{prefix}`", _with_version(prefix, stem, configuration.separator)
    for prefix, kind in migration_prefixes(configuration):
        rest = stem[len(prefix) :]
        if not prefix or stem[: len(prefix)].lower() != prefix.lower():
            continue
        if not rest or not (rest[0].isdecimal() or rest[0] in _GAP):
            continue
        why = f"Flyway minds the case of prefixes, and `{stem[: len(prefix)]}` is not `{prefix}`"
        repair = _without_version if kind is Kind.REPEATABLE else _with_version
        return why, repair(prefix, rest, configuration.separator)
    return None


def _meant_callback(stem: str, separator: str) -> tuple[str, str] | None:
    folded = stem.lower()
    if not folded.startswith(("before", "after", "create")):
        return None
    for event in EVENTS_LONGEST_FIRST:
        rest = stem[len(event) :]
        if not folded.startswith(event.lower()) or rest[:1].islower() or rest[:1].isdecimal():
            continue
        description = rest.strip(_GAP)
        why = f"Flyway minds the case of callbacks, and this one is called `{event}`"
        return why, event + (separator + description if description else "")
    return None


def _with_version(prefix: str, rest: str, separator: str) -> str:
    left, found, right = rest.partition(separator)
    numbers = _NUMBERS.match(left.strip(_GAP))
    if numbers is None:
        return ""
    description = left.strip(_GAP)[numbers.end() :]
    if found and description:
        return ""
    version = _GAPS.sub(lambda gap: "_" if gap.group().strip(".") else ".", numbers.group())
    return f"{prefix}{version}{separator}{right if found else description.strip(_GAP)}"


def _without_version(prefix: str, rest: str, separator: str) -> str:
    _, found, right = rest.partition(separator)
    return f"{prefix}{separator}{right if found else rest.lstrip(_GAP + '0123456789')}"
