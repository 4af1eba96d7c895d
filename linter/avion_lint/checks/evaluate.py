"""A check over what it selects: findings with their places and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from avion_lint import globs
from avion_lint.checks.deadline import deadline
from avion_lint.checks.model import Check, Select
from avion_lint.checks.pointers import POINTING, SHELL, resolved
from avion_lint.checks.schema import broken, holds
from avion_lint.checks.statements import actions, statement_tree, tables
from avion_lint.checks.targets import Subject
from avion_lint.delivery.part import one_line
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.subjects import Statement
from avion_lint.yaml.nodes import UNKNOWN_VALUE, Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PLACEHOLDER = pattern(r"\{([a-z][a-z0-9_.-]*)\}")
_SHOWN = 80  # characters of a value that a message shows
_CONTEXTUAL = frozenset({*POINTING, SHELL})


@record
class Prepared:
    """A check with the values of its parameters put in; made once for each set of values."""

    check: Check
    values: Mapping[str, Any]
    schema: Any
    contextual: bool
    slow: bool


def prepared(check: Check, values: Mapping[str, Any]) -> Prepared:
    """Put the values of its parameters into a check's schema."""
    schema = with_values(check.schema, values)
    words = set(_words(schema))
    return Prepared(check, values, schema, bool(words & _CONTEXTUAL), bool(words & {"pattern", "patternProperties"}))


def _words(schema: Any) -> Iterator[str]:
    match schema:
        case dict():
            for word, value in schema.items():
                yield word
                yield from _words(value)
        case list():
            for value in schema:
                yield from _words(value)


def around(ready: Prepared, subject: Subject) -> Iterator[Finding]:
    """What a check finds in a thing around the SQL that it selects."""
    check = ready.check
    schema = resolved(ready.schema, subject.document, subject.script) if ready.contextual else ready.schema
    for path, why in _wrong(check, schema, subject.value, slow=ready.slow):
        said = {
            "name": subject.title,
            "path": _pointer(path),
            "value": _shown(subject.value, path),
            "environment": subject.environment,
            "why": why,
            **_values(ready.values),
        }
        message = _said(check.message, said) + (f" ({subject.condition})" if subject.condition else "")
        yield Finding(one_line(subject.at(path)), message, _said(check.remedy, said), object=subject.title)


def of_statement(ready: Prepared, statement: Statement) -> Iterator[Finding]:
    """What a check finds in a statement that it selects."""
    check = ready.check
    value = statement_tree(statement)
    schema = resolved(ready.schema, value, None) if ready.contextual else ready.schema
    for path, why in _wrong(check, schema, value, slow=ready.slow):
        acts = list(statement.all_actions())
        at = acts[path[1]] if path[:1] == ("actions",) and len(path) > 1 and isinstance(path[1], int) else None
        names = tables(statement)
        said = {
            "name": names[0] if names else "",
            "path": _pointer(path),
            "value": _shown(value, path),
            "why": why,
            **_values(ready.values),
        }
        yield statement.finding(at, _said(check.message, said), _said(check.remedy, said), object=said["name"])


def selects(select: Select, subject: Subject) -> bool:
    """Whether a check is about a subject; what is not known of it does not select it."""
    return (
        subject.target is select.target
        and (not select.kinds or subject.kind in select.kinds)
        and (not select.versions or any(fnmatchcase(subject.version, each) for each in select.versions))
        and (not select.paths or any(globs.matches(each, subject.path) for each in select.paths))
        and (not select.namespaces or subject.namespace in select.namespaces)
        and (not select.environments or subject.environment in select.environments)
        and all(subject.labels.get(key) == value for key, value in select.labels.items())
        and (select.migrates is None or subject.migrates is select.migrates)
        and (not select.actions or not set(select.actions).isdisjoint(subject.actions))
        and (not select.tables or any(fnmatchcase(name, each) for each in select.tables for name in subject.tables))
    )


def selects_statement(select: Select, statement: Statement) -> bool:
    """Whether a check is about a statement."""
    path = statement.place.document.path
    if select.paths and not any(globs.matches(each, path) for each in select.paths):
        return False
    if select.actions and not set(select.actions) & set(actions(statement)):
        return False
    return not select.tables or any(fnmatchcase(name, each) for each in select.tables for name in tables(statement))


def with_values(schema: Any, values: Mapping[str, Any]) -> Any:
    """A schema with `{$param: name}` replaced by the parameter's value, in the tree and never in text."""
    match schema:
        case {"$param": str(name)} if len(schema) == 1 and name.replace("-", "_") in values:
            return values[name.replace("-", "_")]
        case dict():
            return {key: with_values(value, values) for key, value in schema.items()}
        case list():
            return [with_values(value, values) for value in schema]
    return schema


def _values(values: Mapping[str, Any]) -> dict[str, str]:
    return {f"params.{name}": str(value) for name, value in values.items()}


def _wrong(check: Check, schema: Any, value: Any, *, slow: bool) -> Iterator[tuple[tuple[Key, ...], str]]:
    """Paths at which a check finds something, once each, with the words of JSON Schema."""
    if not slow:
        yield from _differing(check, schema, value)
        return
    with deadline():
        found = list(_differing(check, schema, value))
    yield from found


def _differing(check: Check, schema: Any, value: Any) -> Iterator[tuple[tuple[Key, ...], str]]:
    if check.denies:
        if holds(schema, value):
            yield check.at or _focus(schema, value), ""
        return
    seen: set[tuple[Key, ...]] = set()
    for path, message in broken(schema, value):
        at = check.at or path
        if at not in seen:
            seen.add(at)
            yield at, message


def _focus(schema: Mapping[str, Any], value: Any) -> tuple[Key, ...]:
    """The part of a value that a denial is about: as far down as the schema speaks of one key that is there."""
    path: list[Key] = []
    while isinstance(schema, Mapping) and isinstance(value, dict):
        keys = [key for key in schema.get("properties", {}) if key in value]
        if len(keys) != 1:
            break
        path.append(keys[0])
        schema, value = schema["properties"][keys[0]], value[keys[0]]
    return tuple(path)


def _pointer(path: Sequence[Key]) -> str:
    return "/".join(map(str, path)) or "."


def _shown(value: Any, path: Sequence[Key]) -> str:
    """The value at a path for people, as far as it goes; nothing for what is not single or not known."""
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return ""
    if value is UNKNOWN_VALUE or isinstance(value, (dict, list)):
        return ""
    text = "nothing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _said(text: str, known: Mapping[str, str]) -> str:
    """A message with its placeholders filled; what is no placeholder stays as it is."""
    return _PLACEHOLDER.sub(lambda match: known.get(match[1].replace("-", "_"), match[0]), text)
