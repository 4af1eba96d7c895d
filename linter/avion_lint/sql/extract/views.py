"""CREATE VIEW and REFRESH."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.parse import Node
from avion_lint.sql.targets import given_columns, outputs
from avion_lint.sql.uses import columns_used


def create_view(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE VIEW."""
    yield a.CreateView(
        span,
        n.relation(node["view"]),
        replace=bool(node.get("replace")),
        temporary=node["view"].get("relpersistence") == "t",
        reads=n.relations_read(node.get("query", {})),
        columns=given_columns(node.get("query", {}), n.strings(node.get("aliases", []))),
        uses=columns_used(node.get("query", {})),
        outputs=outputs(node.get("query", {}), n.strings(node.get("aliases", []))),
    )


def refresh(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a REFRESH MATERIALIZED VIEW."""
    yield a.RefreshView(
        span, n.relation(node["relation"]), bool(node.get("concurrent")), not node.get("skipData", False)
    )
