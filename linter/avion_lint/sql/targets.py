"""The names that a query gives to its columns, as PostgreSQL chooses them."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.record import replace
from avion_lint.sql import nodes as n
from avion_lint.sql.actions import Name, Output
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


def words(node: Node) -> tuple[str, ...]:
    """Words of which PostgreSQL makes the name of an index (an IndexStmt): one for each of its columns."""
    elements = [*node.get("indexParams", []), *node.get("indexIncludingParams", [])]
    return tuple(item["IndexElem"].get("name") or _word(item["IndexElem"]["expr"]) for item in elements)


def _word(expression: Node) -> str:
    name = _name(expression)[0]
    return "expr" if name in (None, _UNNAMED) else str(name)


def outputs(query: Node, aliases: tuple[str, ...] = ()) -> tuple[Output, ...]:
    """Columns of a query with where they come from; () where the text does not tell.

    `aliases` as for given_columns.
    """
    select = _first_arm(query)
    if select is None:
        return ()
    ranges = _ranges(select)
    found: list[Output] = []
    for item in select.get("targetList", []):
        made = _outputs(item["ResTarget"], ranges)
        if not made:
            return ()
        found.extend(made)
    named = found[: len(aliases)]
    if any(each.name is None for each in named):
        return ()
    return (*(replace(each, name=alias) for each, alias in zip(named, aliases, strict=False)), *found[len(aliases) :])


def _first_arm(query: Node) -> Node | None:
    """The SELECT that names the columns: the first arm of a UNION."""
    select: Node | None = query.get("SelectStmt")
    while select is not None and "larg" in select:
        select = select["larg"]
    return select


Ranges = dict[str, Name | None]


def _ranges(select: Node) -> Ranges:
    """What FROM names, in order; None for what is no relation by itself, and for all where columns are merged."""
    found: Ranges = {}
    pending = list(select.get("fromClause", []))
    own = {item["CommonTableExpr"]["ctename"] for item in select.get("withClause", {}).get("ctes", [])}
    while pending:
        tag, inner = next(iter(pending.pop(0).items()))
        if tag == "JoinExpr":
            pending[:0] = [inner["larg"], inner["rarg"]]
            merged = "usingClause" in inner or inner.get("isNatural")
            found.update({"": None} if merged else {})
            continue
        plain = tag == "RangeVar" and not (inner.get("relname") in own and "schemaname" not in inner)
        alias = inner.get("alias", {})
        name = alias.get("aliasname") or inner.get("relname", f"?{len(found)}")
        found[name] = n.relation(inner) if plain and "colnames" not in alias else None
    return found


def _outputs(target: Node, ranges: Ranges) -> list[Output]:
    value = target["val"]
    fields = value.get("ColumnRef", {}).get("fields", [])
    if fields and "A_Star" in fields[-1]:
        return _star(n.strings(fields), ranges)
    name = _target(target)
    if name is None:
        return []
    if fields:
        relation = _relation(n.strings(fields)[:-1], ranges)
        return [Output(name, relation, n.strings(fields)[-1])]
    return [Output(name, type=n.type_of(value["TypeCast"]["typeName"]) if "TypeCast" in value else None)]


def _star(qualifier: tuple[str, ...], ranges: Ranges) -> list[Output]:
    chosen = [ranges.get(qualifier[-1])] if qualifier else list(ranges.values())
    known = [relation for relation in chosen if relation is not None]
    return [Output(None, relation, "*") for relation in known] if len(known) == len(chosen) else []


def _relation(qualifier: tuple[str, ...], ranges: Ranges) -> Name | None:
    if qualifier:
        return ranges.get(qualifier[-1])
    return next(iter(ranges.values())) if len(ranges) == 1 else None


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
