"""YAML nodes as plain values for JSON Schema, in which what a template fills stays unknown."""

from __future__ import annotations

from avion_lint.yaml.nodes import UNKNOWN_VALUE, Listing, Mapping, Node, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class OpenDict(dict[str, "Any"]):
    """A mapping in which keys may come that cannot be seen."""


class OpenList(list["Any"]):
    """A list in which items may come that cannot be seen."""


def tree(node: Node) -> Any:
    """The plain value of a node; a key that stands several times has its first value."""
    match node:
        case Scalar():
            return node.value if node.known else UNKNOWN_VALUE
        case Listing(items=items, is_open=is_open):
            found = [tree(item) for item in items]
            return OpenList(found) if is_open else found
        case Mapping(entries=entries, is_open=is_open):
            made: dict[str, Any] = OpenDict() if is_open else {}
            for entry in entries:
                made.setdefault(entry.key.text, tree(entry.value))
            return made
