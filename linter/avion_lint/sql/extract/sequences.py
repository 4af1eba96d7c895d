"""Sequences and who owns them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.extract.options import named_options
from avion_lint.sql.parse import Node


def create_sequence(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE SEQUENCE."""
    exists = bool(node.get("if_not_exists"))
    owner = _owner(node)
    yield a.CreateObject(span, a.ObjectKind.SEQUENCE, n.relation(node["sequence"]), exists, owned_by=owner)


def _owner(node: Node) -> a.Name | None:
    """The table of a sequence's OWNED BY; None for OWNED BY NONE and without one."""
    for option in named_options(node, "options", "owned_by"):
        parts = n.strings(option["arg"]["List"]["items"])
        return n.dotted(parts[:-1]) if len(parts) > 1 else None
    return None


def alter_sequence(node: Node, span: Span) -> Iterator[a.Action]:
    """Read an ALTER SEQUENCE."""
    yield a.AlterSequence(span, n.relation(node["sequence"]), bool(node.get("missing_ok")), _owner(node))
