"""A schema as plain data: what the JSON form holds, and what two schemas are compared by."""

from __future__ import annotations

from avion_lint.schema.model import Column, Constraint, Index, Origin, Schema, Table, Thing
from avion_lint.schema.printing.definitions import constraint_sql, default_sql, generated_sql, index_sql, stored_type
from avion_lint.schema.printing.statements import comes_with_column, statement_of
from avion_lint.sql.actions import Name, ObjectKind

Facts = dict[str, object]

_VIEWS = (ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW)
_OF_TABLE = (ObjectKind.TRIGGER, ObjectKind.POLICY, ObjectKind.RULE)


def facts(schema: Schema) -> Facts:
    """Everything that is known of a schema, by name, as JSON has it; its keys are those of schema.schema.json."""
    things = sorted(schema.things.values(), key=lambda thing: (thing.name, thing.kind, str(thing.arguments)))
    return {
        "tables": [_table(schema, schema.tables[name]) for name in sorted(schema.tables, key=str)],
        "views": [_view(thing) for thing in things if thing.kind in _VIEWS],
        "types": [_type(thing) for thing in things if thing.kind in (ObjectKind.TYPE, ObjectKind.DOMAIN)],
        "others": [_other(thing) for thing in things if thing.kind not in _ELSEWHERE and not comes_with_column(thing)],
    }


_ELSEWHERE = (*_VIEWS, *_OF_TABLE, ObjectKind.TYPE, ObjectKind.DOMAIN)


def _table(schema: Schema, table: Table) -> Facts:
    owned = [thing for thing in schema.things.values() if thing.table == table.name and thing.kind in _OF_TABLE]
    indexes = sorted(schema.indexes_of(table.name), key=lambda index: index.name)
    return {
        "name": str(table.name),
        "known_whole": table.origin is not None,
        "made": _made(table.origin),
        "temporary": table.temporary,
        "unlogged": table.unlogged,
        "partition_by": table.partition_by or ("?" if table.partitioned else None),
        "partition_of": _name(table.partition_of),
        "bound": table.bound or None,
        "inherits": [str(name) for name in table.inherits],
        "columns": [_column(column) for column in table.columns.values()],
        "constraints": [_constraint(table.constraints[name]) for name in sorted(table.constraints)],
        "indexes": [_index(index) for index in indexes if not index.constraint],
        **{
            plural: [_owned(thing) for thing in sorted(owned, key=lambda thing: thing.name) if thing.kind is kind]
            for kind, plural in ((_OF_TABLE[0], "triggers"), (_OF_TABLE[1], "policies"), (_OF_TABLE[2], "rules"))
        },
    }


def _name(name: Name | None) -> str | None:
    return None if name is None else str(name)


def _made(origin: Origin | None) -> Facts | None:
    if origin is None:
        return None
    return {"path": origin.place.document.path, "line": origin.place.start.line, "version": origin.version}


def _column(column: Column) -> Facts:
    return {
        "name": column.name,
        "type": stored_type(column),
        "not_null": column.not_null,
        "default": default_sql(column) or ("nextval" if column.sequence and not column.identity else None),
        "generated": generated_sql(column) or None,
        "collation": column.collation,
        "made": _made(column.origin),
    }


def _constraint(constraint: Constraint) -> Facts:
    return {
        "name": constraint.name,
        "kind": str(constraint.kind),
        "columns": list(constraint.columns),
        "references": _name(constraint.references),
        "valid": constraint.valid,
        "definition": constraint_sql(constraint),
        "made": _made(constraint.origin),
    }


def _index(index: Index) -> Facts:
    return {
        "name": str(index.name),
        "columns": list(index.columns),
        "unique": index.unique,
        "part_of": _name(index.part_of),
        "definition": index_sql(index),
        "made": _made(index.origin),
    }


def _owned(thing: Thing) -> Facts:
    return {"name": thing.name.name, "definition": statement_of(thing) or None, "made": _made(thing.origin)}


def _view(thing: Thing) -> Facts:
    return {
        "name": str(thing.name),
        "materialized": thing.kind is ObjectKind.MATERIALIZED_VIEW,
        "columns": None if thing.columns is None else list(thing.columns),
        "reads": [str(name) for name in thing.reads],
        "definition": statement_of(thing) or None,
        "made": _made(thing.origin),
    }


def _type(thing: Thing) -> Facts:
    return {
        "name": str(thing.name),
        "kind": "enum" if thing.values is not None else str(thing.kind),
        "values": None if thing.values is None else list(thing.values),
        "definition": statement_of(thing) or None,
        "made": _made(thing.origin),
    }


def _other(thing: Thing) -> Facts:
    return {
        "kind": str(thing.kind),
        "name": str(thing.name),
        "arguments": None if thing.arguments is None else list(thing.arguments),
        "definition": statement_of(thing) or None,
        "made": _made(thing.origin),
    }
