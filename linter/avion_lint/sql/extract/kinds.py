"""Kinds and names of objects in DROP and COMMENT ON."""

from __future__ import annotations

from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.parse import Node

OBJECT_KINDS = {
    "OBJECT_TABLE": a.ObjectKind.TABLE,
    "OBJECT_FOREIGN_TABLE": a.ObjectKind.FOREIGN_TABLE,
    "OBJECT_COLUMN": a.ObjectKind.COLUMN,
    "OBJECT_TABCONSTRAINT": a.ObjectKind.CONSTRAINT,
    "OBJECT_INDEX": a.ObjectKind.INDEX,
    "OBJECT_VIEW": a.ObjectKind.VIEW,
    "OBJECT_MATVIEW": a.ObjectKind.MATERIALIZED_VIEW,
    "OBJECT_SEQUENCE": a.ObjectKind.SEQUENCE,
    "OBJECT_TYPE": a.ObjectKind.TYPE,
    "OBJECT_DOMAIN": a.ObjectKind.DOMAIN,
    "OBJECT_FUNCTION": a.ObjectKind.FUNCTION,
    "OBJECT_PROCEDURE": a.ObjectKind.FUNCTION,
    "OBJECT_ROUTINE": a.ObjectKind.FUNCTION,
    "OBJECT_AGGREGATE": a.ObjectKind.AGGREGATE,
    "OBJECT_TRIGGER": a.ObjectKind.TRIGGER,
    "OBJECT_POLICY": a.ObjectKind.POLICY,
    "OBJECT_RULE": a.ObjectKind.RULE,
    "OBJECT_SCHEMA": a.ObjectKind.SCHEMA,
    "OBJECT_EXTENSION": a.ObjectKind.EXTENSION,
    "OBJECT_PUBLICATION": a.ObjectKind.PUBLICATION,
    "OBJECT_STATISTIC_EXT": a.ObjectKind.STATISTICS,
}


def kind_of(tag: str) -> a.ObjectKind:
    """Object kind of libpg_query's OBJECT_ tag."""
    return OBJECT_KINDS.get(tag, a.ObjectKind.OTHER)


def object_parts(item: Node) -> tuple[str, ...]:
    """Parts of the dotted name of an object, in whichever form the node gives it."""
    match item:
        case {"List": inner}:
            return n.strings(inner.get("items", [])) or _list_parts(inner)
        case {"ObjectWithArgs": inner}:
            return n.strings(inner.get("objname", []))
        case {"TypeName": inner}:
            return n.strings(inner.get("names", []))
        case {"String": inner}:
            return (inner.get("sval", ""),)
    return ("",)


def _list_parts(node: Node) -> tuple[str, ...]:
    """Parts of a list whose items are themselves type names (domain constraints, casts)."""
    return next((object_parts(item) for item in node.get("items", [])), ("",))
