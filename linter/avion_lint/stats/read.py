"""From the text of a stats file, JSON or YAML, to Stats, with every mistake in it named and placed."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from avion_lint.problems import SettingsError
from avion_lint.source import Document, Place, Span
from avion_lint.sql.actions import Name
from avion_lint.stats.model import Stats, TableStats
from avion_lint.stats.names import name_of
from avion_lint.stats.units import bytes_of
from avion_lint.yaml.nodes import key_span, plain

SCHEMA = "stats.schema.json"
_DAY = len("YYYY-MM-DD")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")


def load(document: Document) -> Stats:
    """Read a stats file; raises SettingsError with everything that is wrong with it."""
    content = _quickly(document)
    return _stats(document, content if fits(content) else _slowly(document))


def _quickly(document: Document) -> Any:  # JSON may be anything
    """The file as JSON, which is read a hundred times faster than YAML; None where it is none or repeats a key."""
    try:
        return json.loads(document.text.removeprefix("\ufeff"), object_pairs_hook=_unrepeated)
    except (ValueError, RecursionError):
        return None


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


_COUNTS = {"rows", "partitions"}
_SIZES = {"bytes", "index-bytes", "toast-bytes"}
_MOST_ROWS, _MOST_BYTES = 10**15, 10**18


def fits(content: object) -> bool:
    """Whether a file is surely as the JSON Schema says; the schema itself takes seconds for thousands of tables."""
    match content:
        case {"version": 1, "measured": str(moment), "tables": dict(tables), **others} if _MOMENT.fullmatch(moment):
            said = others.pop("server", "")
            return not others and isinstance(said, str) and all(map(_fits, tables.values()))
    return False


def _fits(table: object) -> bool:
    return isinstance(table, dict) and all(_says(key, value) for key, value in table.items())


def _says(key: object, value: object) -> bool:
    if key in _COUNTS:
        return type(value) is int and 0 <= value <= _MOST_ROWS
    if key in _SIZES:
        return type(value) is int and 0 <= value <= _MOST_BYTES
    return key == "partition-of" and isinstance(value, str)


def _slowly(document: Document) -> Any:  # as above
    """The file as YAML, which JSON is as well; raises SettingsError with the place of each mistake."""
    from avion_lint.settings.schema_check import check, read_schema  # noqa: PLC0415 - as above
    from avion_lint.yaml import reader  # noqa: PLC0415 - PyYAML, only for YAML and for mistakes

    try:
        root = reader.load(document)
    except reader.YamlError as error:
        raise SettingsError(error.problems) from None
    problems = tuple(check(document, root, read_schema("avion_lint.stats", SCHEMA)))
    if problems:
        raise SettingsError(problems)
    content: Any = plain(root)
    return content


def _stats(document: Document, content: dict[str, Any]) -> Stats:
    tables: dict[Name, TableStats] = {}
    for key, given in content["tables"].items():
        name = name_of(key)
        if name is None:
            raise _wrong(document, ["tables"], key, f"`{key}` is not a name as SQL writes it")
        if name in tables:
            raise _wrong(document, ["tables"], key, f"`{key}` is given twice")
        tables[name] = _table(name, given)
    day = str(content["measured"])[:_DAY]
    try:
        measured = date.fromisoformat(day)
    except ValueError:
        raise _wrong(document, [], "measured", f"`measured` is {day}, a day that no calendar has") from None
    at = document.text.find(day)
    place = Place(document, Span(at, at + len(day)) if at >= 0 else Span(0, 0))
    return Stats(measured, str(content.get("server") or ""), tables, place, document)


def _table(name: Name, given: dict[str, Any]) -> TableStats:
    parent = given.get("partition-of")
    return TableStats(
        name,
        given.get("rows"),
        _size(given, "bytes"),
        _size(given, "index-bytes"),
        _size(given, "toast-bytes"),
        given.get("partitions", 0),
        name_of(parent) if parent else None,
    )


def _size(given: dict[str, Any], key: str) -> int | None:
    return bytes_of(given[key]) if key in given else None


def _wrong(document: Document, path: list[str | int], key: str, message: str) -> SettingsError:
    from avion_lint.yaml import reader  # noqa: PLC0415 - for the place of a mistake

    try:
        span = key_span(reader.load(document), path, key)
    except reader.YamlError:
        span = Span(0, 0)
    return SettingsError(((Place(document, span), message),))
