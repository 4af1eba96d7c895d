"""The columns that a view's query names, of the relations that it reads."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.sql import nodes as n
from avion_lint.sql.actions import ColumnUse, Name
from avion_lint.sql.parse import Node


def columns_used(query: Node) -> tuple[ColumnUse, ...]:
    """Columns that a query names, once each; of a name that may stand for two relations nothing is said."""
    own = {inner.get("ctename") for tag, inner in n.walk(query) if tag == "CommonTableExpr"}
    ranges = _ranges(query, own)
    found: dict[ColumnUse, None] = {}
    for tag, node in n.walk(query):
        match tag:
            case "ColumnRef":
                found.update(dict.fromkeys(_use(node, ranges)))
            case "JoinExpr":
                found.update(dict.fromkeys(_joined(node, ranges)))
    return tuple(found)


Ranges = dict[str, Name | None]


def _ranges(query: Node, own: set[str | None]) -> Ranges:
    """Relations by the name that the query calls them by; None where it is not one relation's."""
    found: Ranges = {}
    for tag, node in n.walk(query):
        alias = node.get("alias", {}).get("aliasname", "")
        if tag == "RangeVar":
            name = alias or node["relname"]
            real = None if node["relname"] in own and "schemaname" not in node else n.relation(node)
            found[name] = real if found.get(name, real) == real else None
        elif alias:
            found[alias] = None
    return found


def _use(node: Node, ranges: Ranges) -> Iterator[ColumnUse]:
    fields = node.get("fields", [])
    names = n.strings(fields)
    column = "*" if fields and "A_Star" in fields[-1] else names[-1] if names else ""
    qualifier = names if column == "*" else names[:-1]
    if not qualifier:
        yield from _unqualified(column, ranges)
        return
    relation = ranges.get(qualifier[-1])
    if relation is not None:
        yield ColumnUse(relation, column)


def _unqualified(column: str, ranges: Ranges) -> Iterator[ColumnUse]:
    if column == "*":
        yield from (ColumnUse(relation, "*") for relation in ranges.values() if relation)
    elif column in ranges:
        relation = ranges[column]  # the name of a relation by itself is its whole row
        yield from [ColumnUse(relation, "*")] if relation else []
    elif all(ranges.values()):
        yield ColumnUse(None, column)


def _joined(node: Node, ranges: Ranges) -> Iterator[ColumnUse]:
    """Columns of JOIN … USING, which both sides have."""
    for column in n.strings(node.get("usingClause", [])):
        yield from (ColumnUse(relation, column) for relation in ranges.values() if relation)
