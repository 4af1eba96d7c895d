"""Keywords that look at another place of the same document, made plain before a schema is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from avion_lint.checks.trees import OpenDict, OpenList
from avion_lint.yaml.nodes import UNKNOWN_VALUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

POINTING = frozenset({"x-equal-to", "x-refers-to"})
SHELL = "x-shell"


def resolved(schema: Any, root: Any, script: object) -> Any:
    """A schema in which pointers have become what stands there, and `x-shell` knows the script that it is about."""
    match schema:
        case dict():
            return {word: _value(word, value, root, script) for word, value in schema.items()}
        case list():
            return [resolved(each, root, script) for each in schema]
    return schema


def _value(word: str, value: Any, root: Any, script: object) -> Any:
    if word in POINTING and isinstance(value, str):
        return {"pointer": value, "values": tuple(at_pointer(root, value))}
    if word == SHELL and isinstance(value, dict):
        return {**value, "script": script}
    return resolved(value, root, script)


def at_pointer(root: Any, pointer: str) -> Iterator[Any]:
    """Values under a JSON Pointer, in which `*` stands for all items or keys; UNKNOWN_VALUE where more may come."""
    found = [root]
    for part in pointer.strip("/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        found = [value for each in found for value in _under(each, name)]
    yield from found


def _under(value: Any, name: str) -> Iterator[Any]:
    if value is UNKNOWN_VALUE:
        yield value
    elif isinstance(value, Mapping):
        if name == "*":
            yield from value.values()
        elif name in value:
            yield value[name]
            return
        if isinstance(value, OpenDict):
            yield UNKNOWN_VALUE
    elif isinstance(value, list):
        if name == "*":
            yield from value
        elif name.isdecimal() and int(name) < len(value):
            yield value[int(name)]
            return
        if isinstance(value, OpenList):
            yield UNKNOWN_VALUE
