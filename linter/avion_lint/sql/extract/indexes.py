"""CREATE INDEX and REINDEX."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.deparse import index_key
from avion_lint.sql.extract.options import option
from avion_lint.sql.parse import Node
from avion_lint.sql.targets import words


def create_index(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE INDEX."""
    yield a.CreateIndex(
        span,
        node.get("idxname"),
        n.relation(node["relation"]),
        columns=tuple(item["IndexElem"].get("name") for item in node.get("indexParams", [])),
        unique=bool(node.get("unique")),
        concurrently=bool(node.get("concurrent")),
        if_not_exists=bool(node.get("if_not_exists")),
        only=not node["relation"].get("inh", False),
        method=node.get("accessMethod", "btree"),
        partial="whereClause" in node,
        uses=_index_columns(node),
        keys=tuple(index_key(item["IndexElem"]) for item in node.get("indexParams", [])),
        include=tuple(item["IndexElem"].get("name", "") for item in node.get("indexIncludingParams", [])),
        where=n.written(node["whereClause"]) if "whereClause" in node else None,
        distinct=not node.get("nulls_not_distinct", False),
        words=words(node),
        plain="indexIncludingParams" not in node and all(map(_is_plain, node.get("indexParams", []))),
    )


def _is_plain(item: Node) -> bool:
    element = item["IndexElem"]
    usual = element.get("ordering") == "SORTBY_DEFAULT" and element.get("nulls_ordering") == "SORTBY_NULLS_DEFAULT"
    return usual and "name" in element and "opclass" not in element and "collation" not in element


def _index_columns(node: Node) -> tuple[str, ...]:
    elements = [item["IndexElem"] for name in ("indexParams", "indexIncludingParams") for item in node.get(name, [])]
    named = [element["name"] for element in elements if "name" in element]
    expressions = [element["expr"] for element in elements if "expr" in element]
    if not expressions and "whereClause" not in node:
        return tuple(dict.fromkeys(named))
    inner = n.expression({"all": [*expressions, node.get("whereClause", {})]}).columns
    return tuple(dict.fromkeys((*named, *inner)))


def reindex(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a REINDEX."""
    kind = node["kind"].removeprefix("REINDEX_OBJECT_").lower()
    target = node.get("relation")
    name = n.relation(target) if target else a.Name(None, node["name"]) if node.get("name") else None
    yield a.Reindex(span, kind, name, option(node, "params", "concurrently"))
