"""What Helm writes for an action that only looks a value up."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.yaml.nodes import Node, Scalar, find

_LOOK_UP = pattern(r"(?P<root>\$?)\.Values(?P<path>(?:\.[A-Za-z_]\w*)+)")
_TEXT = r'"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`|-?[0-9]+|true|false'
_DEFAULT = pattern(rf"default\s+(?P<text>{_TEXT})(?:\s+(?P<of>\$?\.Values[\w.]+))?")
_TRANSPARENT = frozenset({"quote", "squote", "toString", "trim"})
_LARGEST = 1_000_000
"""From here on Go writes a number that came as a float with an exponent."""


def rendered(action: str, values: Node | None, *, is_root: bool) -> str | None:
    """The text of a value action; `quote` is taken for what it means. `is_root`: whether `.` is the chart's own.

    None for everything but `.Values.a.b`, piped through quote, squote, trim, toString and default.
    """
    first, *pipeline = (part.strip() for part in action.split("|"))
    first = first.removeprefix("quote ").strip()
    if found := _DEFAULT.fullmatch(first):
        if found["of"] is None:
            return None
        first, pipeline = found["of"], [f"default {found['text']}", *pipeline]
    look_up = _LOOK_UP.fullmatch(first)
    if look_up is None or not (is_root or look_up["root"]):
        return None
    return _piped(_looked_up(values, look_up["path"]), pipeline)


def _looked_up(values: Node | None, path: str) -> Node | None:
    return find(values, path[1:].split(".")) if values is not None else None


def _piped(node: Node | None, pipeline: list[str]) -> str | None:
    if node is not None and not (isinstance(node, Scalar) and node.known):
        return None
    value = node.value if isinstance(node, Scalar) else None
    text = _written(node, value) if isinstance(node, Scalar) else None
    for part in pipeline:
        default = _DEFAULT.fullmatch(part)
        if default and not default["of"]:
            text = text if _is_given(value) else _unquoted(default["text"])
            value = text
        elif part not in _TRANSPARENT:
            return None
        elif part == "trim" and text is not None:
            text = text.strip()
    return text


def _is_given(value: object) -> bool:
    """What sprig's `default` keeps: anything but zero, the empty text, false and nothing."""
    return bool(value)


def _written(scalar: Scalar, value: object) -> str | None:
    """As Go's `print` writes it; None where that depends on Helm's version."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case int() | float():
            return scalar.text if abs(value) < _LARGEST and str(value) == scalar.text else None
        case _:
            return scalar.text


def _unquoted(text: str) -> str | None:
    if text.startswith('"'):
        return None if "\\" in text else text[1:-1]
    return text.strip("`")
