"""What a function gives back, as far as CREATE OR REPLACE compares it."""

from __future__ import annotations

from avion_lint.sql import nodes as n
from avion_lint.sql.parse import Node

_OUT = {"FUNC_PARAM_OUT", "FUNC_PARAM_INOUT", "FUNC_PARAM_TABLE"}
_ONLY_OUT = {"FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"}


def returned(node: Node) -> str:
    """The type that a function returns, with SETOF and the names and types of its columns; "" for a procedure."""
    if node.get("is_procedure"):
        return ""
    given = node.get("returnType", {})
    columns = [_column(item) for item in _parameters(node) if item.get("mode") in _OUT]
    setof = "SETOF " if given.get("setof") else ""
    row = f"({', '.join(columns)})" if columns else ""
    return f"{setof}{_type(given) if given else 'record'}{row}"


def input_names(node: Node) -> tuple[str, ...]:
    """Names of what goes in, "" for one without a name."""
    return tuple(item.get("name", "") for item in _parameters(node) if item.get("mode") not in _ONLY_OUT)


def _parameters(node: Node) -> list[Node]:
    return [item["FunctionParameter"] for item in node.get("parameters", [])]


def _column(item: Node) -> str:
    return f"{item.get('name', '')} {_type(item['argType'])}"


def _type(node: Node) -> str:
    """A type without its schema and modifiers, which functions do not keep."""
    made = n.type_of(node)
    return f"{made.name.rpartition('.')[2]}{'[]' if made.array else ''}"
