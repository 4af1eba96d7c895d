"""DROP and COMMENT ON, and CREATE where little but the name matters."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.extract.kinds import kind_of, object_parts
from avion_lint.sql.parse import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.sql.extract.reader import Reader

_OF_TABLE = {a.ObjectKind.TRIGGER, a.ObjectKind.POLICY, a.ObjectKind.RULE}


def drop_objects(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a DROP: one action for each object."""
    kind = kind_of(node["removeType"])
    for item in node.get("objects", []):
        parts = object_parts(item)
        table = n.dotted(parts[:-1]) if kind in _OF_TABLE else None
        yield a.Drop(
            span,
            kind,
            a.Name(None, parts[-1]) if table else n.dotted(parts),
            if_exists=bool(node.get("missing_ok")),
            cascade=node.get("behavior") == "DROP_CASCADE",
            concurrently=bool(node.get("concurrent")),
            table=table,
            arguments=n.arguments(item, kind),
        )


def comment_on(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a COMMENT ON."""
    kind = kind_of(node["objtype"])
    parts = object_parts(node["object"]) or ("",)
    text = node.get("comment") or None
    if kind in (a.ObjectKind.COLUMN, a.ObjectKind.CONSTRAINT) and len(parts) > 1:
        yield a.CommentOn(span, kind, n.dotted(parts[:-1]), text, parts[-1])
    else:
        yield a.CommentOn(span, kind, n.dotted(parts), text, arguments=n.arguments(node["object"], kind))


def create_named(kind: a.ObjectKind, field: str) -> Reader:
    """Reader of a CREATE whose name is a plain string field."""

    def read(node: Node, span: Span) -> Iterator[a.Action]:
        table = n.relation(node["table"]) if "table" in node else None
        exists = bool(node.get("if_not_exists"))
        columns = n.expression({"all": [node.get("qual", {}), node.get("with_check", {})]}).columns
        yield a.CreateObject(
            span,
            kind,
            a.Name(None, node.get(field, "")),
            exists,
            table=table,
            tables=_published(node),
            columns=tuple(dict.fromkeys(columns)) if table else (),
        )

    return read


def _published(node: Node) -> tuple[a.Name, ...]:
    """Tables that CREATE or ALTER PUBLICATION names."""
    given = (item["PublicationObjSpec"].get("pubtable", {}) for item in node.get("pubobjects", []))
    return tuple(n.relation(item["relation"]) for item in given if "relation" in item)


def alter_publication(node: Node, span: Span) -> Iterator[a.Action]:
    """Read an ALTER PUBLICATION, with the tables that it names."""
    yield a.Command(span, "ALTER PUBLICATION", _published(node))


def alter_policy(node: Node, span: Span) -> Iterator[a.Action]:
    """Read an ALTER POLICY."""
    yield a.Command(span, "ALTER POLICY", (n.relation(node["table"]),))


def create_rule(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE RULE."""
    table = n.relation(node["relation"])
    replace = bool(node.get("replace"))
    yield a.CreateObject(span, a.ObjectKind.RULE, a.Name(None, node["rulename"]), replace=replace, table=table)


def create_statistics(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE STATISTICS."""
    name = n.dotted(n.strings(node.get("defnames", [])) or ("",))
    tables = n.relations_read(node.get("relations", []))
    yield a.CreateObject(span, a.ObjectKind.STATISTICS, name, bool(node.get("if_not_exists")), tables=tables)
