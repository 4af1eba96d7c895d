"""Which tables a query may copy many rows of, told from its text alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from avion_lint.record import record
from avion_lint.sql import nodes as n
from avion_lint.sql.actions import Name
from avion_lint.sql.parse import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Copied = tuple[Name, ...]
_CATALOGS = ("pg_catalog", "information_schema")
_AGGREGATES = {
    "array_agg", "avg", "bool_and", "bool_or", "count", "every", "json_agg", "json_object_agg", "jsonb_agg",
    "jsonb_object_agg", "max", "min", "string_agg", "sum",
}  # fmt: skip


def copied(query: Node, with_clause: Node | None = None) -> Copied:
    """Name the tables of which a query (a tagged node, `{"SelectStmt": …}`) may give many rows, once each.

    Left out are system catalogs, tables in scalar sub-queries and conditions, and those behind a LIMIT, an
    aggregate without GROUP BY or a condition that picks rows by values. `with_clause` is that of an INSERT.
    """
    known = _with(with_clause, {})
    return tuple(dict.fromkeys(_statement(query, known)))


def changes_many(change: Node) -> bool:
    """Whether an UPDATE or DELETE (untagged) may change many rows of its table.

    Not so where a condition picks rows by values, or where it is joined with something that gives few rows.
    """
    target = change["relation"]
    others = change.get("fromClause", change.get("usingClause", []))
    known = _with(change.get("withClause"), {})
    conditions = [change["whereClause"]] if "whereClause" in change else []
    items = [item for entry in ({"RangeVar": target}, *others) for item in _items(entry, known, conditions)]
    if not all(item.copies for item in items[1:]):
        return False
    return not any(items[0].alias in _picked(condition, items, known) for condition in conditions)


@record
class _Item:
    """An item of FROM: the name that columns are qualified with, and what it may copy."""

    alias: str
    copies: Copied


def _statement(query: Node, known: Mapping[str, Copied]) -> Iterator[Name]:
    if "SelectStmt" in query:
        yield from _select(query["SelectStmt"], known)


def _with(clause: Node | None, known: Mapping[str, Copied]) -> Mapping[str, Copied]:
    found = dict(known)
    for entry in (clause or {}).get("ctes", []):
        cte = entry["CommonTableExpr"]
        found[cte["ctename"]] = ()  # a recursive query reads itself
        found[cte["ctename"]] = tuple(_statement(cte["ctequery"], found))
    return found


def _select(select: Node, known: Mapping[str, Copied]) -> Iterator[Name]:
    """Go through the arms of UNION, of which there may be thousands, without recursion."""
    pending = [(select, known)]
    while pending:
        arm, around = pending.pop()
        around = _with(arm.get("withClause"), around)
        if _is_limited(arm):
            continue
        if "larg" in arm:
            pending.extend((arm[side], around) for side in ("rarg", "larg"))
        elif not _is_one_row(arm):
            yield from _from(arm, around)


def _from(select: Node, known: Mapping[str, Copied]) -> Iterator[Name]:
    conditions = [select["whereClause"]] if "whereClause" in select else []
    items: list[_Item] = []
    for entry in select.get("fromClause", []):
        items.extend(_items(entry, known, conditions))
    picked = {alias for condition in conditions for alias in _picked(condition, items, known)}
    for item in items:
        if item.alias not in picked:
            yield from item.copies


def _is_limited(select: Node) -> bool:
    limit = select.get("limitCount")
    return limit is not None and not limit.get("A_Const", {}).get("isnull", False)


def _is_one_row(select: Node) -> bool:
    """Whether it is an aggregate over everything."""
    if "groupClause" in select:
        return False
    calls = (inner for tag, inner in _outside_sublinks(select.get("targetList", [])) if tag == "FuncCall")
    return any(n.strings(call["funcname"])[-1:] and _is_aggregate(call) for call in calls)


def _is_aggregate(call: Node) -> bool:
    return "over" not in call and n.strings(call["funcname"])[-1] in _AGGREGATES


def _items(entry: Node, known: Mapping[str, Copied], conditions: list[Node]) -> Iterator[_Item]:
    """Items of a FROM entry; conditions of its inner joins are added to `conditions`."""
    match entry:
        case {"RangeVar": table}:
            yield _Item(table.get("alias", {}).get("aliasname") or table["relname"], _table(table, known))
        case {"JoinExpr": join}:
            yield from _items(join["larg"], known, conditions)
            yield from _items(join["rarg"], known, conditions)
            if join["jointype"] == "JOIN_INNER" and "quals" in join:
                conditions.append(join["quals"])
        case {"RangeSubselect": inner}:
            alias = inner.get("alias", {}).get("aliasname", "")
            yield _Item(alias, tuple(_statement(inner["subquery"], known)))
        case {"RangeTableSample": sample}:
            yield from _items(sample["relation"], known, conditions)


def _table(table: Node, known: Mapping[str, Copied]) -> Copied:
    name = n.relation(table)
    if name.schema is None and name.name in known:
        return known[name.name]
    if name.schema in _CATALOGS or (name.schema is None and name.name.startswith("pg_")):
        return ()
    return (name,)


def _picked(condition: Node, items: list[_Item], known: Mapping[str, Copied]) -> set[str]:
    """Aliases of which a condition lets through only rows that it picks by values."""
    match condition:
        case {"BoolExpr": {"boolop": "AND_EXPR", "args": args}}:
            return set().union(*(_picked(arg, items, known) for arg in args))
        case {"BoolExpr": {"boolop": "OR_EXPR", "args": args}}:
            return set.intersection(*(_picked(arg, items, known) for arg in args))
        case {"A_Expr": test}:
            return _compared(test, items)
        case {"SubLink": {"subLinkType": "ANY_SUBLINK", "testexpr": tested, "subselect": query} as link}:
            is_in = "operName" not in link or n.strings(link["operName"]) == ("=",)
            return _aliases(tested, items) if is_in and not tuple(_statement(query, known)) else set()
    return set()


_PICKING = {
    "AEXPR_OP",
    "AEXPR_OP_ANY",
    "AEXPR_IN",
    "AEXPR_NOT_DISTINCT",
    "AEXPR_BETWEEN",
    "AEXPR_BETWEEN_SYM",
}


def _compared(test: Node, items: list[_Item]) -> set[str]:
    """Aliases on one side of a comparison that has a value on the other."""
    operator = n.strings(test.get("name", []))
    if test["kind"] not in _PICKING or operator not in (("=",), ("BETWEEN",), ("BETWEEN SYMMETRIC",)):
        return set()
    left, right = test.get("lexpr"), test.get("rexpr")
    if left is None or right is None or _is_truth(left) or _is_truth(right):
        return set()
    sides = (_aliases(left, items), _aliases(right, items))
    if len(items) > 1 and all(sides):
        return set()
    return sides[0] | sides[1]


def _is_truth(value: Node) -> bool:
    """Whether it is `true` or `false`, which pick no rows worth speaking of."""
    return "boolval" in value.get("A_Const", {})


def _aliases(value: Node, items: list[_Item]) -> set[str]:
    """Items whose columns an expression reads; where a column may be of any of them, all."""
    if "A_Const" in value:
        return set()
    found: set[str] = set()
    own = {item.alias for item in items}
    for tag, inner in _outside_sublinks(value):
        if tag == "ColumnRef":
            parts = n.strings(inner["fields"])
            found |= own if len(parts) == 1 else own & {parts[-2]}
    return found


def _outside_sublinks(node: Any) -> Iterator[tuple[str, Node]]:  # the tree's shape is PostgreSQL's
    """All tagged nodes of a tree but those in sub-queries of an expression."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending.extend(current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if isinstance(value, dict) and key[:1].isupper() and key != "SubLink":
                    yield key, value
            pending.extend(value for key, value in current.items() if key != "SubLink")
