"""The names that a query gives to its columns, as PostgreSQL chooses them."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.sql import nodes as n
from avion_lint.sql.parse import Node

_WORDS = {
    "A_ArrayExpr": "array",
    "CoalesceExpr": "coalesce",
    "GroupingFunc": "grouping",
    "RowExpr": "row",
}
_PLAIN = {"A_Const", "BoolExpr", "NullTest", "BooleanTest"}
_UNNAMED = "?column?"
Named = tuple[str | None, bool]


def given_columns(query: Node, aliases: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Names of a query's columns (a tagged node, `{"SelectStmt": …}`); None where the text does not tell them all.

    `aliases` are those of `CREATE VIEW name (aliases)`, which name the first columns.
    """
    select = query.get("SelectStmt")
    while select is not None and "larg" in select:
        select = select["larg"]  # the first arm of a UNION names the columns
    if select is None:
        return None
    targets = [item["ResTarget"] for item in select.get("targetList", []) if "ResTarget" in item]
    names = tuple(_target(target) for target in targets)
    known = tuple(name for name in names if name is not None)
    if not known or len(known) < len(names):
        return None
    return (*aliases, *known[len(aliases) :])


def _target(target: Node) -> str | None:
    if "name" in target:
        return str(target["name"])
    return _name(target["val"])[0]


def _name(value: Node) -> Named:
    """Name of an unnamed expression, None where it is not known; and whether it goes before that of a cast or CASE.

    From PostgreSQL's FigureColname.
    """
    tag, inner = next(iter(value.items()))
    if tag in _PLAIN:
        return _UNNAMED, False
    reader = _READERS.get(tag)
    return reader(inner) if reader else (_WORDS.get(tag), True)


def _column(node: Node) -> Named:
    return (None if "A_Star" in node["fields"][-1] else n.strings(node["fields"])[-1]), True


def _call(node: Node) -> Named:
    return n.strings(node["funcname"])[-1], True


def _cast(node: Node) -> Named:
    name, first = _name(node["arg"])
    return (name, True) if first else (n.strings(node["typeName"]["names"])[-1], False)


def _case(node: Node) -> Named:
    name, first = _name(node["defresult"]) if "defresult" in node else (_UNNAMED, False)
    return (name, True) if first else ("case", False)


def _operator(node: Node) -> Named:
    return ("nullif", True) if node.get("kind") == "AEXPR_NULLIF" else (_UNNAMED, False)


def _extreme(node: Node) -> Named:
    return ("least" if node.get("op") == "IS_LEAST" else "greatest"), True


def _value_function(node: Node) -> Named:
    return node.get("op", "").removeprefix("SVFOP_").removesuffix("_N").lower(), True


def _sub_query(node: Node) -> Named:
    match node.get("subLinkType"):
        case "EXISTS_SUBLINK":
            return "exists", True
        case "ARRAY_SUBLINK":
            return "array", True
        case "EXPR_SUBLINK":
            columns = given_columns(node["subselect"])
            return (columns[0] if columns else None), True
    return _UNNAMED, False


_READERS: dict[str, Callable[[Node], Named]] = {
    "ColumnRef": _column,
    "FuncCall": _call,
    "TypeCast": _cast,
    "CollateClause": lambda node: _name(node["arg"]),
    "CaseExpr": _case,
    "A_Expr": _operator,
    "MinMaxExpr": _extreme,
    "SQLValueFunction": _value_function,
    "SubLink": _sub_query,
}
