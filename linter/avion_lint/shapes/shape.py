"""A JSON Schema as what it says of shape: keys, items, sorts of values; the rest of JSON Schema is passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.yaml.nodes import Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DEEPEST = 8  # levels below a mapping that are searched for the home of a key
_ANY = "*"


@record
class Shapes:
    """Schemas that may refer to each other.

    `named` are those by name, `root` the one of the whole document. `loose` tells that a text may be written as a
    number or a truth value (GitHub), which Kubernetes refuses.
    """

    named: Mapping[str, Any]
    root: Mapping[str, Any]
    loose: bool = False

    def at(self, schema: Any) -> Mapping[str, Any]:
        """A schema with what it refers to in its place; {} where anything goes."""
        while isinstance(schema, Mapping) and isinstance(reference := schema.get("$ref"), str):
            schema = self.named.get(reference.rpartition("/")[2])
        return schema if isinstance(schema, Mapping) else {}


def branches(schema: Mapping[str, Any]) -> tuple[Any, ...]:
    """The schemas of which one is to hold, where that is all that a schema says."""
    if "properties" in schema or "additionalProperties" in schema:
        return ()
    found: Any = schema.get("oneOf") or schema.get("anyOf") or ()
    return tuple(found)


def keys(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that a mapping is known to have."""
    return tuple(schema.get("properties", ()))


def below(schema: Mapping[str, Any], key: str) -> Any:
    """The schema of what stands under a key; None where the mapping has no such key."""
    own = schema.get("properties", {})
    if key in own:
        return own[key]
    for name, other in schema.get("patternProperties", {}).items():
        if pattern(name).search(key):
            return other
    others = schema.get("additionalProperties", True)
    return None if others is False else others


def is_name(schema: Mapping[str, Any]) -> bool:
    """Whether the keys of a mapping are names that people choose, as far as they are well made."""
    return bool(schema.get("patternProperties")) and not schema.get("properties")


def home(shapes: Shapes, path: tuple[Key, ...], key: str) -> tuple[Key, ...] | None:
    """The place that is nearest to a path, upwards or down, and has such a key: `*` for any name or item."""
    found = _path(shapes, path)
    above = ((path[:at], schema) for at, schema in reversed(list(enumerate(found[:-1]))))
    return next((place for place, schema in above if _has(shapes, schema, key)), None) or _under(
        shapes, found[-1] if found else {}, path, key
    )


def _has(shapes: Shapes, schema: Mapping[str, Any], key: str) -> bool:
    return key in keys(schema) or any(key in keys(shapes.at(each)) for each in branches(schema))


def _path(shapes: Shapes, path: tuple[Key, ...]) -> list[Mapping[str, Any]]:
    """The schemas along a path, the root first; of several branches the one that goes on."""
    schema = shapes.at(shapes.root)
    found = [schema]
    for key in path:
        options = [shapes.at(each) for each in branches(schema)] or [schema]
        inner = (each.get("items") if isinstance(key, int) else below(each, key) for each in options)
        schema = next((shapes.at(each) for each in inner if isinstance(each, Mapping)), {})
        found.append(schema)
    return found


def _under(shapes: Shapes, schema: Mapping[str, Any], path: tuple[Key, ...], key: str) -> tuple[Key, ...] | None:
    waiting, seen = [(schema, path)], set[int]()
    for _ in range(_DEEPEST):
        level = [(each, at) for each, at in waiting if id(each) not in seen]
        seen.update(id(each) for each, _ in level)
        waiting = [inner for each, at in level for inner in _children(shapes, each, at)]
        for each, at in waiting:
            if key in keys(each):
                return at
    return None


def _children(
    shapes: Shapes, schema: Mapping[str, Any], path: tuple[Key, ...]
) -> Iterator[tuple[Mapping[str, Any], tuple[Key, ...]]]:
    for option in branches(schema):
        yield from _children(shapes, shapes.at(option), path)
    for name, inner in schema.get("properties", {}).items():
        yield from _with_items(shapes, shapes.at(inner), (*path, name))
    for inner in schema.get("patternProperties", {}).values():
        for option in branches(shapes.at(inner)) or (inner,):
            yield shapes.at(option), (*path, _ANY)


def _with_items(
    shapes: Shapes, schema: Mapping[str, Any], path: tuple[Key, ...]
) -> Iterator[tuple[Mapping[str, Any], tuple[Key, ...]]]:
    for option in branches(schema):
        yield from _with_items(shapes, shapes.at(option), path)
    yield schema, path
    if "items" in schema:
        yield shapes.at(schema["items"]), (*path, _ANY)
