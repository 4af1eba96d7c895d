"""Types, enums and domains."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.parse import Node


def create_enum(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE TYPE … AS ENUM."""
    yield a.CreateType(span, n.dotted(n.strings(node["typeName"])), n.strings(node.get("vals", [])))


def create_composite(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE TYPE … AS (…)."""
    yield a.CreateType(span, n.relation(node["typevar"]))


def create_range(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE TYPE … AS RANGE."""
    yield a.CreateType(span, n.dotted(n.strings(node["typeName"])))


def define(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE of a base type, an aggregate, an operator or a collation."""
    kinds = {"OBJECT_TYPE": a.ObjectKind.TYPE, "OBJECT_AGGREGATE": a.ObjectKind.AGGREGATE}
    kind = kinds.get(node["kind"], a.ObjectKind.OTHER)
    name = n.dotted(n.strings(node.get("defnames", [])))
    yield a.CreateType(span, name) if kind is a.ObjectKind.TYPE else a.CreateObject(span, kind, name)


def alter_enum(node: Node, span: Span) -> Iterator[a.Action]:
    """Read an ALTER TYPE … ADD VALUE or RENAME VALUE."""
    name = n.dotted(n.strings(node["typeName"]))
    if "oldVal" in node:
        yield a.Rename(span, a.ObjectKind.ENUM_VALUE, a.Name(None, node["oldVal"]), node["newVal"], table=name)
    else:
        yield a.AddEnumValue(
            span,
            name,
            node.get("newVal", ""),
            bool(node.get("skipIfNewValExists")),
            node.get("newValNeighbor", ""),
            before="newValNeighbor" in node and not node.get("newValIsAfter"),
        )


def create_domain(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE DOMAIN."""
    name = n.dotted(n.strings(node["domainname"]))
    domain = n.column(node)
    yield a.CreateObject(
        span,
        a.ObjectKind.DOMAIN,
        name,
        type=domain.type,
        not_null=domain.not_null,
        default=domain.default,
        constraints=tuple(made for made in domain.constraints if made.kind is a.ConstraintKind.CHECK),
    )


_DOMAIN_FORMS = {"C": "add", "X": "drop", "V": "validate", "O": "set not null", "N": "drop not null", "T": "default"}


def alter_domain(node: Node, span: Span) -> Iterator[a.Action]:
    """Read an ALTER DOMAIN."""
    name = n.dotted(n.strings(node["typeName"]))
    definition = node.get("def", {})
    made = n.constraint(definition["Constraint"]) if "Constraint" in definition else None
    form = _DOMAIN_FORMS.get(node.get("subtype", ""), "")
    default = n.expression(definition) if form == "default" and definition else None
    yield a.AlterDomain(span, name, form, made, node.get("name", ""), default)
