"""String constants of statements, with the column that each is written into or compared with, or its type."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from avion_lint.record import record
from avion_lint.sql import nodes as n
from avion_lint.sql.actions import Name
from avion_lint.sql.parse import Node, SyntaxProblem, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@record
class Literal:
    """A string constant.

    `column` is the name of the column that it is written into or compared with, its number (from 0) where an INSERT
    names no columns, `type` the type that it is cast to; one of them is set. `tables` are those of its statement.
    """

    value: str
    column: str | int | None
    type: str | None
    tables: tuple[Name, ...]


def literals(text: str) -> tuple[Literal, ...]:
    """String constants of which the text tells what they are for; none where it does not parse."""
    parsed = parse(text)
    if isinstance(parsed, SyntaxProblem):
        return ()
    found: list[Literal] = []
    for statement in parsed:
        tables = tuple(dict.fromkeys(_relations(statement.node)))
        for value, column, type_name in _found(statement.kind, statement.node):
            found.append(Literal(value, column, type_name, tables))
    return tuple(found)


def _relations(node: Any) -> Iterator[Name]:  # the tree's shape is PostgreSQL's
    """All relations that a statement names, the one that it is about first."""
    if isinstance(node, list):
        for item in node:
            yield from _relations(item)
    elif isinstance(node, dict):
        if "relname" in node:
            yield n.relation(node)
        for value in node.values():
            yield from _relations(value)


Use = tuple[str, str | int | None, str | None]


def _found(kind: str, statement: Node) -> Iterator[Use]:
    for tag, node in chain(((kind, statement),), n.walk(statement)):
        match tag:
            case "TypeCast":
                yield from _typed(node["arg"], node["typeName"])
            case "A_Expr":
                yield from _compared(node)
            case "CaseExpr" if "arg" in node:
                tested = (item["CaseWhen"]["expr"] for item in node["args"])
                yield from (use for item in tested for use in _of_column(item, _column(node["arg"])))
            case "InsertStmt":
                yield from _inserted(node)
                yield from _set(node.get("onConflictClause", {}))
            case "UpdateStmt":
                yield from _set(node)
            case "ColumnDef":
                yield from _column_default(node)
            case "AlterTableCmd" if node.get("subtype") == "AT_ColumnDefault":
                yield from _of_column(node.get("def", {}), node.get("name"))


def _typed(value: Node, type_name: Node) -> Iterator[Use]:
    name = n.type_of(type_name).name
    for constant in _constants(value):
        yield constant, None, name


def _column_default(node: Node) -> Iterator[Use]:
    given = (item["Constraint"] for item in node.get("constraints", []) if "Constraint" in item)
    for constraint in given:
        if constraint["contype"] == "CONSTR_DEFAULT" and "typeName" in node:
            yield from _typed(constraint["raw_expr"], node["typeName"])


def _compared(node: Node) -> Iterator[Use]:
    left, right = node.get("lexpr", {}), node.get("rexpr", {})
    for one, other in ((left, right), (right, left)):
        yield from _of_column(other, _column(one))


def _set(node: Node) -> Iterator[Use]:
    for item in node.get("targetList", []):
        yield from _of_column(item["ResTarget"].get("val", {}), item["ResTarget"].get("name"))


def _inserted(node: Node) -> Iterator[Use]:
    given = [item["ResTarget"].get("name") for item in node.get("cols", [])]
    select = node.get("selectStmt", {}).get("SelectStmt", {})
    rows = [row["List"].get("items", []) for row in select.get("valuesLists", [])]
    rows.append([item["ResTarget"].get("val", {}) for item in select.get("targetList", [])])
    for row in rows:
        for at, value in enumerate(row):
            yield from _of_column(value, given[at] if at < len(given) else at)


def _of_column(value: Node, column: str | int | None) -> Iterator[Use]:
    if column is not None:
        yield from ((constant, column, None) for constant in _constants(value))


def _column(node: Node | list[Node]) -> str | None:
    """Name of a column that is an operand by itself."""
    fields = node.get("ColumnRef", {}).get("fields", []) if isinstance(node, dict) else []
    return next(iter(n.strings(fields)[-1:]), None)


def _constants(value: Node | list[Node]) -> Iterator[str]:
    """String constants that an expression may come to, or may hold in an array or list."""
    pending = list(value) if isinstance(value, list) else [value]
    while pending:
        given = pending.pop()
        if not given:
            continue
        tag, inner = next(iter(given.items()))
        match tag:
            case "A_Const" if "sval" in inner:
                yield inner["sval"].get("sval", "")
            case "List":
                pending.extend(inner.get("items", []))
            case "A_ArrayExpr":
                pending.extend(inner.get("elements", []))
            case "CoalesceExpr":
                pending.extend(inner.get("args", []))
            case "CaseExpr":
                pending.extend(item["CaseWhen"]["result"] for item in inner["args"])
                pending.extend([inner["defresult"]] if "defresult" in inner else [])
