"""Options of statements: WITH (…) lists and their words."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.sql.parse import Node


def option(node: Node, field: str, name: str, *, missing: bool = False) -> bool:
    """Whether a DefElem option is switched on; `missing` is what holds where it is not given."""
    return next((_truth(option.get("arg")) for option in named_options(node, field, name)), missing)


def named_options(node: Node, field: str, name: str) -> Iterator[Node]:
    """The DefElem options of a field that have a name."""
    options = (item["DefElem"] for item in node.get(field, []))
    return (option for option in options if option["defname"] == name)


def _truth(node: Node | None) -> bool:
    if node is None:
        return True
    word = node.get("String", {}).get("sval") or node.get("Boolean", {}).get("boolval")
    number = node.get("Integer", {}).get("ival")
    return word not in ("false", "off", False) and not ("Integer" in node and not number)
