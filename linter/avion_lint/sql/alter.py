"""From ALTER … statements to actions: ALTER TABLE clause by clause, RENAME and SET SCHEMA."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.deparse import partition_bound
from avion_lint.sql.extract.sequences import restarted
from avion_lint.sql.parse import Node, RawStatement, skip_blank

_KINDS = {
    "OBJECT_INDEX": a.ObjectKind.INDEX,
    "OBJECT_VIEW": a.ObjectKind.VIEW,
    "OBJECT_MATVIEW": a.ObjectKind.MATERIALIZED_VIEW,
    "OBJECT_SEQUENCE": a.ObjectKind.SEQUENCE,
    "OBJECT_FOREIGN_TABLE": a.ObjectKind.FOREIGN_TABLE,
    "OBJECT_TYPE": a.ObjectKind.TYPE,
}


def alter_table(statement: RawStatement, text: str) -> Iterator[a.Action]:
    """Actions of an AlterTableStmt (tables, indexes, views …), one a clause."""
    node = statement.node
    table = n.relation(node["relation"])
    kind = _KINDS.get(node.get("objtype", ""), a.ObjectKind.TABLE)
    commands = [item["AlterTableCmd"] for item in node.get("cmds", [])]
    spans = _clauses(statement, text, len(commands))
    for command, span in zip(commands, spans, strict=True):
        yield _clause(command, table, span, kind, recurses=bool(node["relation"].get("inh")))
        if command["subtype"] == "AT_SetIdentity":
            options = command.get("def", {}).get("List", {}).get("items", [])
            yield from restarted(options, span, None, table=table, column=command.get("name", ""))


def _clauses(statement: RawStatement, text: str, count: int) -> list[Span]:
    """Spans of the clauses of an ALTER TABLE; the first begins with the statement itself."""
    whole = statement.span
    if count == 1:
        return [whole]
    after_name = statement.locate(statement.node["relation"].get("location", 0))
    cuts = list(_commas(text, after_name, whole.end))
    if len(cuts) != count - 1:
        return [whole] * count
    starts = [whole.start, *(skip_blank(text, cut + 1) for cut in cuts)]
    return [Span(start, end) for start, end in zip(starts, [*cuts, whole.end], strict=True)]


def _commas(text: str, start: int, end: int) -> Iterator[int]:
    """Commas of `text[start:end]` outside parentheses, strings and comments."""
    from avion_lint.sql.lexer import opaque_spans  # noqa: PLC0415 - only for statements of several clauses

    depth = 0
    at = 0
    part = text[start:end]
    for opaque in (*opaque_spans(part), Span(len(part), len(part))):
        for index in range(at, opaque.start):
            character = part[index]
            if character in "([":
                depth += 1
            elif character in ")]":
                depth -= 1
            elif character == "," and depth == 0:
                yield start + index
        at = opaque.end


def _clause(command: Node, table: a.Name, span: Span, kind: a.ObjectKind, *, recurses: bool) -> a.Action:
    form = command["subtype"].removeprefix("AT_")
    name = command.get("name", "")
    definition = command.get("def", {})
    missing_ok = bool(command.get("missing_ok"))
    cascade = command.get("behavior") == "DROP_CASCADE"
    only = not recurses
    if kind is a.ObjectKind.TYPE:
        return a.AlterTable(span, table, form, kind, name)  # ADD ATTRIBUTE has the forms of ADD COLUMN
    match form:
        case "AddColumn":
            return a.AddColumn(span, table, n.column(definition["ColumnDef"]), missing_ok, only)
        case "DropColumn":
            return a.DropColumn(span, table, name, missing_ok, cascade, only)
        case "AlterColumnType":
            return _column_type(definition["ColumnDef"], table, name, span, only=only)
        case "SetNotNull":
            return a.SetNotNull(span, table, name, only)
        case "DropNotNull":
            return a.DropNotNull(span, table, name, only)
        case "ColumnDefault":
            given = n.written(definition) if definition and not n.is_null(definition) else None
            return a.SetDefault(span, table, name, given, only)
        case "AddConstraint":
            made = n.constraint(definition["Constraint"])
            return a.AddConstraint(span, table, made, only) if made else a.AlterTable(span, table, form, kind)
        case "DropConstraint":
            return a.DropConstraint(span, table, name, missing_ok, cascade, only)
        case "ValidateConstraint":
            return a.ValidateConstraint(span, table, name, only)
        case "AttachPartition":
            return _attach(definition["PartitionCmd"], table, span, kind)
        case "DetachPartition":
            part = definition["PartitionCmd"]
            return a.DetachPartition(span, table, n.relation(part["name"]), bool(part.get("concurrent")))
    if form == "AlterConstraint":
        changed = definition.get("ATAlterConstraint", {})
        enforced = "Enforced" if changed.get("is_enforced") else "NotEnforced"
        form += enforced if changed.get("alterEnforceability") else ""
        name = changed.get("conname", "")
    other = n.relation(definition["RangeVar"]) if "RangeVar" in definition else None
    always = definition.get("Constraint", {}).get("generated_when") == "a"
    return a.AlterTable(span, table, form, kind, name or ",".join(_options(definition)), other, only, always)


def _attach(definition: Node, table: a.Name, span: Span, kind: a.ObjectKind) -> a.AttachPartition:
    default = bool(definition.get("bound", {}).get("is_default"))
    bound = n.bound(definition.get("bound"))
    index = kind is a.ObjectKind.INDEX
    sql = partition_bound(definition["bound"]) if "bound" in definition else ""
    return a.AttachPartition(span, table, n.relation(definition["name"]), index, default, bound, sql)


def _options(definition: Node) -> Iterator[str]:
    """Names of the storage parameters that SET (…) or RESET (…) gives."""
    return (item["DefElem"]["defname"] for item in definition.get("List", {}).get("items", []) if "DefElem" in item)


def _column_type(definition: Node, table: a.Name, name: str, span: Span, *, only: bool) -> a.AlterColumnType:
    using = definition.get("raw_default")
    expression = n.expression(using) if using else None
    made = n.type_of(definition["typeName"])
    return a.AlterColumnType(span, table, name, made, expression, n.collation(definition), only)


def rename(node: Node, span: Span) -> Iterator[a.Action]:
    """Actions of a RenameStmt."""
    tag = node["renameType"]
    new = node["newname"]
    relation = n.relation(node["relation"]) if "relation" in node else None
    if tag in ("OBJECT_COLUMN", "OBJECT_ATTRIBUTE") and relation:
        kind = a.ObjectKind(tag.removeprefix("OBJECT_").lower())
        yield a.Rename(span, kind, a.Name(None, node.get("subname", "")), new, relation)
    elif tag == "OBJECT_TABCONSTRAINT":
        yield a.Rename(span, a.ObjectKind.CONSTRAINT, a.Name(None, node.get("subname", "")), new, relation)
    elif tag in ("OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"):
        kind = a.ObjectKind(tag.removeprefix("OBJECT_").lower())
        yield a.Rename(span, kind, a.Name(None, node.get("subname", "")), new, relation)
    elif relation:
        yield a.Rename(span, _KINDS.get(tag, a.ObjectKind.TABLE), relation, new)
    else:
        kind = _kind(tag)
        yield a.Rename(span, kind, _object_name(node), new, arguments=n.arguments(node.get("object", {}), kind))


def set_schema(node: Node, span: Span) -> Iterator[a.Action]:
    """Action of an AlterObjectSchemaStmt."""
    if "relation" in node:
        kind = _KINDS.get(node["objectType"], a.ObjectKind.TABLE)
        name = n.relation(node["relation"])
    else:
        kind, name = _kind(node["objectType"]), _object_name(node)
    yield a.SetSchema(span, kind, name, node["newschema"], n.arguments(node.get("object", {}), kind))


def _kind(tag: str) -> a.ObjectKind:
    if tag in ("OBJECT_PROCEDURE", "OBJECT_ROUTINE"):
        return a.ObjectKind.FUNCTION
    words = tag.removeprefix("OBJECT_").replace("_", " ").lower()
    return a.ObjectKind(words) if words in set(a.ObjectKind) else a.ObjectKind.OTHER


def _object_name(node: Node) -> a.Name:
    if "object" not in node:
        return a.Name(None, node.get("subname", ""))
    inner = node["object"]
    items = inner.get("List", {}).get("items") or inner.get("ObjectWithArgs", {}).get("objname")
    parts = n.strings(items) if items else n.strings([inner]) or n.strings(inner.get("TypeName", {}).get("names", []))
    return n.dotted(parts or ("",))
