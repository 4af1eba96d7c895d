"""CREATE TABLE, TRUNCATE and LOCK."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.deparse import partition_bound, partition_key
from avion_lint.sql.parse import Node
from avion_lint.sql.query import copied
from avion_lint.sql.targets import given_columns, outputs
from avion_lint.sql.uses import columns_used


def create_table(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE TABLE."""
    elements = node.get("tableElts", [])
    parents = tuple(n.relation(item["RangeVar"]) for item in node.get("inhRelations", []))
    of_partition = "partbound" in node
    keys = [item["PartitionElem"] for item in node.get("partspec", {}).get("partParams", [])]
    persistence = node["relation"].get("relpersistence", "p")
    given = [item["Constraint"] for item in elements if "Constraint" in item]
    yield a.CreateTable(
        span,
        n.relation(node["relation"]),
        columns=tuple(n.column(item["ColumnDef"]) for item in elements if "ColumnDef" in item),
        constraints=tuple(made for item in given if (made := n.constraint(item))),
        if_not_exists=bool(node.get("if_not_exists")),
        temporary=persistence == "t",
        unlogged=persistence == "u",
        partitioned="partspec" in node,
        partition_of=parents[0] if of_partition and parents else None,
        inherits=() if of_partition else parents,
        like=tuple(n.relation(item["TableLikeClause"]["relation"]) for item in elements if "TableLikeClause" in item),
        like_options=tuple(_options(item["TableLikeClause"]) for item in elements if "TableLikeClause" in item),
        partition_key=tuple(key.get("name") for key in keys),
        default_partition=bool(node.get("partbound", {}).get("is_default")),
        partition_by=partition_key(node["partspec"]) if "partspec" in node else "",
        bound=partition_bound(node["partbound"]) if of_partition else "",
    )


# Bits of LIKE's options as numbered in PostgreSQL's parsenodes.h.
_LIKE_OPTIONS = (
    "comments", "compression", "constraints", "defaults", "generated", "identity", "indexes", "statistics", "storage",
)  # fmt: skip


def _options(node: Node) -> tuple[str, ...]:
    bits = node.get("options", 0)
    return tuple(name for bit, name in enumerate(_LIKE_OPTIONS) if bits >> bit & 1)


def create_foreign_table(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE FOREIGN TABLE."""
    yield from create_table(node["base"], span)


def create_table_as(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE TABLE AS or CREATE MATERIALIZED VIEW."""
    target = node["into"]["rel"]
    reads = n.relations_read(node["query"])
    exists = bool(node.get("if_not_exists"))
    with_data = not node["into"].get("skipData", False)
    if node.get("objtype") == "OBJECT_MATVIEW":
        yield a.CreateView(
            span,
            n.relation(target),
            materialized=True,
            if_not_exists=exists,
            with_data=with_data,
            reads=reads,
            columns=given_columns(node["query"], n.strings(node["into"].get("colNames", []))),
            uses=columns_used(node["query"]),
            outputs=outputs(node["query"], n.strings(node["into"].get("colNames", []))),
        )
        return
    yield a.CreateTable(
        span,
        n.relation(target),
        if_not_exists=exists,
        temporary=target.get("relpersistence") == "t",
        unlogged=target.get("relpersistence") == "u",
        query=True,
        outputs=outputs(node["query"], n.strings(node["into"].get("colNames", []))),
        reads=reads,
        copies=copied(node["query"]) if with_data else (),
    )


def truncate(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a TRUNCATE."""
    tables = tuple(n.relation(item["RangeVar"]) for item in node["relations"])
    yield a.Truncate(
        span, tables, node.get("behavior") == "DROP_CASCADE", _all_only(node), bool(node.get("restart_seqs"))
    )


def _all_only(node: Node) -> bool:
    return not any(item["RangeVar"].get("inh") for item in node["relations"])


# Lock levels as numbered in PostgreSQL's lockdefs.h.
_LOCK_MODES = (
    "", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE",
    "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE",
)  # fmt: skip


def lock_tables(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a LOCK TABLE."""
    tables = tuple(n.relation(item["RangeVar"]) for item in node["relations"])
    yield a.LockTable(span, tables, _LOCK_MODES[node.get("mode", 8)], bool(node.get("nowait")), _all_only(node))
