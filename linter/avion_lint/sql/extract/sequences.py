"""Sequences and who owns them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.extract.options import named_options
from avion_lint.sql.parse import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def create_sequence(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE SEQUENCE."""
    exists = bool(node.get("if_not_exists"))
    table, column, _ = _owner(node)
    name = n.relation(node["sequence"])
    yield a.CreateObject(span, a.ObjectKind.SEQUENCE, name, exists, owned_by=table, owned_column=column)


def _owner(node: Node) -> tuple[a.Name | None, str, bool]:
    """Table and column of a sequence's OWNED BY; True for OWNED BY NONE."""
    for given in named_options(node, "options", "owned_by"):
        parts = n.strings(given["arg"]["List"]["items"])
        return (n.dotted(parts[:-1]), parts[-1], False) if len(parts) > 1 else (None, "", True)
    return None, "", False


def alter_sequence(node: Node, span: Span) -> Iterator[a.Action]:
    """Read an ALTER SEQUENCE."""
    yield a.AlterSequence(span, n.relation(node["sequence"]), bool(node.get("missing_ok")), *_owner(node))
    yield from restarted(node.get("options", []), span, n.relation(node["sequence"]))


def restarted(options: list[Node], span: Span, sequence: a.Name | None, **column: Any) -> Iterator[a.Action]:
    """RESTART among the options of a sequence, or of the column that one belongs to."""
    for given in named_options({"options": options}, "options", "restart"):
        number = given.get("arg", {}).get("Integer", {}).get("ival", given.get("arg", {}).get("Float", {}).get("fval"))
        yield a.SetSequence(span, sequence, int(number) if number is not None else None, **column)
