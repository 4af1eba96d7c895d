"""Readers of what Flyway is told: CONF and TOML files, and environment variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from avion_lint.pattern import pattern
from avion_lint.problems import Problem
from avion_lint.runners.flyway_configuration import (
    KEYS,
    LISTS,
    NEVER_EMPTY,
    PLACEHOLDER,
    SWITCHES,
    Setting,
    Source,
    SourceKind,
    Value,
)
from avion_lint.runners.flyway_environment import Variable, arguments, variables
from avion_lint.runners.flyway_properties import entries
from avion_lint.source import Document, Place, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FROM_ENVIRONMENT = pattern(r"\$\{[A-Za-z0-9_]+\}")
_TOML_PLACE = pattern(r"\(at line (\d+), column (\d+)\)$")


class _Collector:
    """Settings and problems of one source, in the making."""

    __slots__ = ("document", "problems", "values")

    def __init__(self, document: Document) -> None:
        self.document = document
        self.values: dict[str, Setting] = {}
        self.problems: list[Problem] = []

    def take(self, key: str, given: object, span: Span) -> None:
        """Take in the value given for a key (without `flyway.`); keys that have no bearing are passed over."""
        place = Place(self.document, span)
        if key.startswith(PLACEHOLDER):
            key = key.lower()
        elif key not in KEYS:
            return
        if given is None:
            self.values[key] = Setting(None, place)
            return
        problem = _problem(key, given)
        if problem is not None:
            self.problems.append((place, problem))
            return
        self.values[key] = Setting(_value(key, given), place)

    def source(self, kind: SourceKind, overrides: Mapping[str, Setting] | None = None) -> Source:
        return Source(kind, self.values, overrides or {}, tuple(self.problems))


def _problem(key: str, given: object) -> str | None:
    if key in SWITCHES:
        valid = isinstance(given, bool | int) or (isinstance(given, str) and given.lower() in ("true", "false"))
        return None if valid else f"Invalid value for flyway.{key} (should be either true or false): {_shown(given)}"
    if key in NEVER_EMPTY and given == "":
        return f"{key} cannot be empty!"
    if key.startswith(f"{PLACEHOLDER}flyway:"):
        name = key.removeprefix(PLACEHOLDER)
        return f"Invalid placeholder ('flyway:' prefix is reserved): {name}"
    is_list = isinstance(given, list)
    if isinstance(given, dict) or is_list is not (key in LISTS and not isinstance(given, str)):
        return f"flyway.{key} should be {'a list of texts' if key in LISTS else 'a text'}, not {_shown(given)}"
    return None


def _shown(given: object) -> str:
    return given if isinstance(given, str) else repr(given)


def _value(key: str, given: object) -> Value:
    if key in SWITCHES:
        return given.lower() == "true" if isinstance(given, str) else bool(given)
    if key in LISTS:
        parts = given if isinstance(given, list) else str(given).rstrip(",").split(",")
        return tuple(str(part).strip() for part in parts)
    if isinstance(given, bool):
        return str(given).lower()
    return str(given)


def from_conf(document: Document) -> Source:
    """Settings of a `flyway.conf`. Values with `${VARIABLE}` depend on the environment and count as not known."""
    collector = _Collector(document)
    for entry in entries(document.text):
        if entry.key.startswith("flyway."):
            given = None if _FROM_ENVIRONMENT.search(entry.value) else entry.value
            collector.take(entry.key.removeprefix("flyway."), given, entry.span)
    return collector.source(SourceKind.CONF)


def from_toml(document: Document) -> Source:
    """Settings of a `flyway.toml`: the table `flyway`, and those of the environment that it names."""
    import tomllib  # noqa: PLC0415 - few projects have such a file

    collector = _Collector(document)
    try:
        parsed = tomllib.loads(document.text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        collector.problems.append(_toml_problem(document, str(error)))
        return collector.source(SourceKind.TOML)
    flyway = dict(_table(parsed.get("flyway")))
    if flyway.pop(_OF_ENVIRONMENT, None) is not None:
        collector.problems.append((Place(document, _span_of_key(document.text, _OF_ENVIRONMENT)), _REFUSED))
    name = flyway.get("environment", "default")
    environment = _table(_table(parsed.get("environments")).get(name if isinstance(name, str) else ""))
    overriding = _Collector(document)
    for key, given in _flattened({**flyway, **_of_environment(environment)}):
        collector.take(key, given, _span_of_key(document.text, key))
    for key, given in _flattened(_table(environment.get("flyway"))):
        overriding.take(key, given, _span_of_key(document.text, key))
    collector.problems += overriding.problems
    return collector.source(SourceKind.TOML, overriding.values)


_OF_ENVIRONMENT = "initSql"
_REFUSED = (
    "Failed to configure parameters: flyway.initSql; in TOML it belongs to an environment "
    '(`[environments.default]`, `initSql = "…"`)'
)
"""Seen of Flyway 11.20.3, which ends there whatever it was asked to do."""


def _of_environment(environment: Mapping[str, Any]) -> dict[str, Any]:
    return {key: environment[key] for key in ("initSql", "schemas") if key in environment}


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _flattened(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{prefix}{key}.")
        elif prefix == PLACEHOLDER and isinstance(value, str) and "${" in value:
            yield prefix + key, None  # may be one of Flyway's property resolvers
        else:
            yield prefix + key, value


def _span_of_key(text: str, key: str) -> Span:
    """The first line that gives a value to the key's last word; tomllib tells no places."""
    word = re.escape(key.rsplit(".", 1)[-1])
    found = re.search(rf"^[^#\n]*?(?<![\w-]){word}[\"']?\s*=[^\n]*?(?=\r?$)", text, re.MULTILINE | re.IGNORECASE)
    return Span(found.start(), found.end()) if found else Span(0, 0)


def _toml_problem(document: Document, message: str) -> Problem:
    found = _TOML_PLACE.search(message)
    line = min(int(found.group(1)), document.line_count) if found else 1
    span = document.line_span(line)
    return Place(document, span), f"this is not TOML: {message}"


def from_environment(mapping: Mapping[str, str]) -> Source:
    """Settings of environment variables, by their names; those that have no bearing on reading are left out."""
    names = sorted(name for name in mapping if _key_of(name) is not None)
    document = Document("environment", "".join(f"{name}={mapping[name]}\n" for name in names))
    offset = 0
    found: list[Variable] = []
    for name in names:
        end = offset + len(name) + 1 + len(mapping[name])
        found.append(Variable(name, mapping[name], Span(offset, end)))
        offset = end + 1
    return _of_variables(document, found)


def from_manifest(document: Document) -> Source:
    """Settings of the `FLYWAY_*` variables and of Flyway's arguments in a manifest, a compose file or a workflow.

    Where one setting has several values in it, it is not known which of them will hold.
    """
    return _of_variables(document, (*variables(document.text), *arguments(document.text)))


def _of_variables(document: Document, found: Iterable[Variable]) -> Source:
    collector = _Collector(document)
    given: dict[str, str | None] = {}
    for variable in found:
        key = _key_of(variable.name)
        if key is None or (variable.value == "" and key in SWITCHES):
            continue
        value = variable.value if given.setdefault(key, variable.value) == variable.value else None
        collector.take(key, value, variable.span)
    return collector.source(SourceKind.ENVIRONMENT)


_PLACEHOLDER_VARIABLE = "FLYWAY_PLACEHOLDERS_"


def _variable_name(key: str) -> str:
    return "FLYWAY_" + re.sub(r"(?<=[a-z])(?=[A-Z])|\.", "_", key).upper()


_KEY_BY_VARIABLE = {_variable_name(key): key for key in KEYS}


def _key_of(variable: str) -> str | None:
    if variable in KEYS or variable.startswith(PLACEHOLDER):
        return variable
    if variable.startswith(_PLACEHOLDER_VARIABLE) and variable != _PLACEHOLDER_VARIABLE:
        return PLACEHOLDER + variable.removeprefix(_PLACEHOLDER_VARIABLE).lower()
    return _KEY_BY_VARIABLE.get(variable)
