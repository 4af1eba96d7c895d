"""File names as goose reads them: which files of a folder are migrations, and their versions."""

from __future__ import annotations

from functools import cache

from avion_lint.pattern import pattern
from avion_lint.runners.go_text import quoted
from avion_lint.runners.migration import FileName, Kind, NameProblem, Version

_DIGITS, _FEW = frozenset("0123456789"), 18  # so many never are too many
_INTEGER = pattern(r"[+-]?[0-9]+")
_NUMBER_FIRST = pattern(r"[Vv]?([0-9]+)[-_. ]+([^-_. 0-9].*)")
_GREATEST = 2**63 - 1


@cache  # a run asks several times for each file
def parse_name(name: str) -> FileName | NameProblem | None:
    """Read the name of a file that stands directly in a migrations folder, as goose does.

    None where goose does not look at it: other suffixes, `_test.go`, and Go files without a number. A `.sql` file
    without a number makes goose refuse the whole folder; one with a suffix like `.SQL` is passed over in silence.
    """
    stem, dot, suffix = name.rpartition(".")
    if not dot or (suffix != "go" and suffix.lower() != "sql"):
        return None
    version = _version(stem, name)
    match suffix, version:
        case "sql", Version():
            return FileName(Kind.VERSIONED, version, stem.partition("_")[2])
        case "sql", str():
            return NameProblem(version, refused=True, suggestion=_suggestion(stem))
        case "go", Version() if not stem.endswith("_test"):
            return FileName(Kind.CODE, version, stem.partition("_")[2])
        case _ if suffix != "go" and isinstance(version, Version):
            reason = f"goose only takes names that end in .sql, and this one ends in .{suffix}"
            return NameProblem(reason, refused=False, suggestion=f"{stem}.sql")
        case _:
            return None


def _version(stem: str, name: str) -> Version | str:
    """Version of a name without its suffix, or goose's own words why it has none."""
    number, separator, _ = stem.partition("_")
    if not separator:
        return "no filename separator '_' found"
    if 0 < len(number) <= _FEW and _DIGITS.issuperset(number):
        value = int(number)
    elif _INTEGER.fullmatch(number):
        value = _value(number)
    else:
        return _failed(name, number, "invalid syntax")
    if not -_GREATEST - 1 <= value <= _GREATEST:
        return _failed(name, number, "value out of range")
    return Version((value,), number) if value > 0 else "migration version must be greater than zero"


def _failed(name: str, number: str, why: str) -> str:
    return f"failed to parse version from migration file: {name}: strconv.ParseInt: parsing {quoted(number)}: {why}"


def _value(number: str) -> int:
    # Python refuses to convert thousands of digits; past 64 bits the value does not matter.
    digits = number.lstrip("+-").lstrip("0")[:20] or "0"
    return -int(digits) if number.startswith("-") else int(digits)


def _suggestion(stem: str) -> str:
    """Propose a name that goose would take, where the number is plain to see (`001-users`, `V1__users`)."""
    numbered = _NUMBER_FIRST.fullmatch(stem)
    if numbered is None:
        return ""
    proposed = f"{numbered[1]}_{numbered[2]}"
    return f"{proposed}.sql" if isinstance(_version(proposed, proposed), Version) else ""
