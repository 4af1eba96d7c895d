"""From an export, CSV or JSON, to the applied state, with every mistake in it named and placed."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from avion_lint.applied.model import FLYWAY_TABLE, AppliedState, Row
from avion_lint.problems import Problem, SettingsError
from avion_lint.record import record
from avion_lint.runners.flyway_name_grammar import parse_version
from avion_lint.runners.migration import GOOSE_TABLE, Runner, Version
from avion_lint.source import Document, Place, Span

FORMAT = 1
_GOOSE = ("version_id", "is_applied")
_FLYWAY = ("version", "description", "type", "script", "checksum", "success")
_TRUE, _FALSE = {"t", "true", "1"}, {"f", "false", "0"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ROWS = re.compile(r'"migrations"\s*:\s*\[')
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NEVER_RUN = {"SCHEMA", "DELETE"}
_CONFLICT = ("<<<<<<< ", ">>>>>>> ")


@record
class _Given:
    """A row as it stands in the file, every value as text, None for NULL; `place` is where."""

    place: Place
    values: Mapping[str, str | None]


@record
class _File:
    """What the file holds before anybody looks at its rows."""

    rows: tuple[_Given, ...]
    name: str = ""
    exported: str = ""


def load(document: Document, name: str = "", exported: date | None = None) -> AppliedState:
    """Read an export; `name` and `exported` are what the settings say of it, the file's own word goes before.

    Raises SettingsError with everything that is wrong.
    """
    text = document.text.removeprefix("\ufeff")
    if any(line.startswith(_CONFLICT) for line in text.splitlines()):
        raise _wrong(document, _line_with(document, _CONFLICT), "this is a merge conflict: export the table again")
    file = _json(document) if text.lstrip()[:1] in ("{", "[") else _csv(document)
    runner = _runner(document, file.rows)
    problems: list[Problem] = []
    read = _goose if runner is Runner.GOOSE else _flyway
    rows = tuple(row for given in sorted(file.rows, key=_rank) if (row := _tried(read, given, problems)) is not None)
    day = _day(file.exported)
    if file.exported and day is None:
        problems.append((Place(document, Span(0, 0)), f"`exported` is {file.exported}, which is no day"))
    if problems:
        raise SettingsError(tuple(problems))
    table = GOOSE_TABLE if runner is Runner.GOOSE else FLYWAY_TABLE
    baseline = max((row.version for row in rows if row.type == "BASELINE" and row.version), default=None)
    return AppliedState(document, runner, table, file.name or name, day or exported, _valid(rows), baseline)


def _rank(given: _Given) -> int:
    """Rows as they were written: by Flyway's rank, or goose's own key; as they stand where there is none."""
    said = given.values.get("installed_rank") or given.values.get("id") or ""
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 20 else 0  # noqa: PLR2004 - 64 bits


def _valid(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The last word on each version: what was rolled back, undone or deleted is not applied."""
    last: dict[object, Row] = {}
    for row in rows:
        last.pop(key := row.version or row.description, None)
        if row.type not in _NEVER_RUN and not row.type.startswith("UNDO") and row.type != "BASELINE":
            last[key] = row
    return tuple(last.values())


# --- the file ---------------------------------------------------------------------------------------------------


def _csv(document: Document) -> _File:
    """Read what `psql --csv` writes: a header, then a row each; NULL is an empty field."""
    reader = csv.reader(document.text.removeprefix("\ufeff").splitlines(keepends=True), strict=True)
    rows: list[_Given] = []
    header: list[str] = []
    try:
        for fields in reader:
            line = document.line_span(reader.line_num)
            if not header:
                header = [field.strip() for field in fields]
            elif len(fields) != len(header):
                raise _wrong(document, line, f"this row has {len(fields)} fields, the header {len(header)}")
            else:
                values = {key: field or None for key, field in zip(header, fields, strict=True)}
                rows.append(_Given(Place(document, line), values))
    except csv.Error as error:
        raise _wrong(document, document.line_span(max(reader.line_num, 1)), f"this is not CSV: {error}") from None
    if header:
        _refuse_unknown(document, tuple(header))
    return _File(tuple(rows))


def _json(document: Document) -> _File:
    text = document.text
    try:
        content: Any = json.loads(text.removeprefix("\ufeff"))
    except (json.JSONDecodeError, RecursionError) as error:
        at = getattr(error, "pos", 0) + text.startswith("\ufeff")
        said = getattr(error, "msg", "it is too deep")
        raise _wrong(document, Span(at, at), f"this is not JSON: {said}") from None
    match content:
        case list():
            return _File(tuple(_elements(document, text.index("["))))
        case {"format": 1, "migrations": list(), **others} if found := _ROWS.search(text):
            name, exported = (str(others.get(key) or "") for key in ("name", "exported"))
            return _File(tuple(_elements(document, found.end() - 1)), name, exported)
    raise _wrong(document, Span(0, 0), _NEITHER)


_NEITHER = (
    "this is no applied state: it must be the rows of goose_db_version or flyway_schema_history, as CSV with a header "
    "(`psql --csv`) or as a list in JSON, or what `avion-lint applied pull` writes (`format` 1)"
)


def _elements(document: Document, start: int) -> Iterator[_Given]:
    """The elements of a list in JSON that is known to be right, each with its place."""
    text, decoder, at = document.text, json.JSONDecoder(), start + 1
    while True:
        while text[at] in " \t\r\n,":
            at += 1
        if text[at] == "]":
            return
        value, end = decoder.raw_decode(text, at)
        place = Place(document, Span(at, end))
        if not isinstance(value, dict):
            raise SettingsError(((place, _NEITHER),))
        yield _Given(place, {str(key): _text(each) for key, each in value.items()})
        at = end


def _text(value: object) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _runner(document: Document, rows: tuple[_Given, ...]) -> Runner:
    if not rows:
        raise _wrong(document, Span(0, 0), "there are no rows in it; where nothing is applied yet, say so by no file")
    keys = set(rows[0].values)
    _refuse_unknown(document, tuple(keys))
    return Runner.GOOSE if keys.issuperset(_GOOSE) else Runner.FLYWAY


def _refuse_unknown(document: Document, keys: tuple[str, ...]) -> None:
    if not set(keys).issuperset(_GOOSE) and not set(keys).issuperset(_FLYWAY):
        have = ", ".join(f"`{key}`" for key in sorted(keys)[:12]) or "none"
        needs = f"goose's table needs {', '.join(_GOOSE)}, Flyway's {', '.join(_FLYWAY)}"
        raise _wrong(document, document.line_span(1), f"columns are missing: {needs}; there are {have}")


# --- rows -------------------------------------------------------------------------------------------------------


class _WrongRowError(Exception):
    """A value of a row is not what its column holds."""


def _tried(read: Callable[[_Given], Row | None], given: _Given, problems: list[Problem]) -> Row | None:
    try:
        return read(given)
    except _WrongRowError as error:
        problems.append((given.place, str(error)))
        return None


def _goose(given: _Given) -> Row | None:
    """A row of goose's; version 0 is the row that goose itself makes. One that was rolled back is a DELETE."""
    version = _whole(given, "version_id")
    if version is None:
        raise _WrongRowError("`version_id` is empty")
    if version == 0:
        return None
    applied = _truth(given, "is_applied")
    sha256 = given.values.get("sha256") or ""
    if sha256 and not _SHA256.fullmatch(sha256):
        raise _WrongRowError("`sha256` is not 64 hexadecimal digits")
    return Row(
        given.place,
        Version((version,), str(version)),
        type="SQL" if applied else "DELETE",
        sha256=sha256,
        when=_moment(given, "tstamp"),
    )


def _flyway(given: _Given) -> Row | None:
    said = given.values.get("version")
    version = parse_version(said) if said else None
    if said and version is None:
        raise _WrongRowError(f"`version` is {said}, which is no version of Flyway's")
    return Row(
        given.place,
        version,
        description=given.values.get("description") or "",
        script=given.values.get("script") or "",
        type=given.values.get("type") or "",
        checksum=_whole(given, "checksum"),
        failed=not _truth(given, "success"),
        when=_moment(given, "installed_on"),
    )


def _whole(given: _Given, key: str) -> int | None:
    said = given.values.get(key)
    if not said:
        return None
    digits = said.removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 19:  # noqa: PLR2004 - those of 64 bits
        raise _WrongRowError(f"`{key}` is {said}, which is no whole number")
    return int(said)


def _truth(given: _Given, key: str) -> bool:
    said = (given.values.get(key) or "").lower()
    if said not in _TRUE | _FALSE:
        raise _WrongRowError(f"`{key}` is {said or 'empty'}, and must be true or false")
    return said in _TRUE


def _moment(given: _Given, key: str) -> str:
    found = _DAY.match(given.values.get(key) or "")
    return found[0] if found else ""


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def _wrong(document: Document, span: Span, message: str) -> SettingsError:
    return SettingsError(((Place(document, span), message),))


def _line_with(document: Document, marks: tuple[str, ...]) -> Span:
    numbers = (number for number in range(1, document.line_count + 1) if document.line(number).startswith(marks))
    return document.line_span(next(numbers, 1))
