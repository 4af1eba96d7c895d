"""The objects of a schema, one by one, so that schemas can be compared; what did not change costs nothing."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.schema.model import Origin, Schema, Table
from avion_lint.sql.actions import ConstraintKind, Name, ObjectKind


@record(order=True)
class Key:
    """Identity of an object; `table` is the table that it belongs to, if it belongs to one."""

    kind: ObjectKind
    name: Name
    table: Name | None = None

    def __str__(self) -> str:
        match self.kind, self.table:
            case ObjectKind.COLUMN, Name() as table:
                return f"column {table}.{self.name.name}"
            case (
                ObjectKind.CONSTRAINT | ObjectKind.TRIGGER | ObjectKind.POLICY | ObjectKind.RULE,
                Name() as table,
            ):
                return f"{self.kind} {self.name.name} on {table}"
        return f"{self.kind} {self.name}"


def changed(schema: Schema, other: Schema) -> Iterator[tuple[Key, Origin | None]]:
    """List the objects of a schema that are not the very same in another, their parts with them.

    Temporary tables and what the server names by itself are left out.
    """
    for _, table in schema.tables.beside(other.tables):
        if not table.temporary:
            yield Key(ObjectKind.TABLE, table.name), table.origin
            yield from _parts(table, other.tables.get(table.name))
    for _, index in schema.indexes.beside(other.indexes):
        if not index.constraint:
            yield Key(ObjectKind.INDEX, index.name, index.table), index.origin
    for place, thing in schema.things.beside(other.things):
        if thing.kind is not ObjectKind.OTHER and not thing.owner:
            yield Key(thing.kind, thing.name, place[2]), thing.origin


def _parts(table: Table, other: Table | None) -> Iterator[tuple[Key, Origin | None]]:
    columns, constraints = (other.columns, other.constraints) if other else ({}, {})
    for column in table.columns.values():
        if columns.get(column.name) is not column:
            yield Key(ObjectKind.COLUMN, Name(None, column.name), table.name), column.origin
    for constraint in table.constraints.values():
        if constraint.kind is not ConstraintKind.NOT_NULL and constraints.get(constraint.name) is not constraint:
            yield Key(ObjectKind.CONSTRAINT, Name(None, constraint.name), table.name), constraint.origin


def holds(schema: Schema, key: Key) -> bool:
    """Whether an object is in a schema."""
    match key.kind, key.table:
        case ObjectKind.TABLE, _:
            return key.name in schema.tables
        case ObjectKind.COLUMN, Name() as name:
            table = schema.tables.get(name)
            return table is not None and key.name.name in table.columns
        case ObjectKind.CONSTRAINT, Name() as name:
            table = schema.tables.get(name)
            return table is not None and key.name.name in table.constraints
        case ObjectKind.INDEX, name:
            index = schema.indexes.get(key.name)
            return index is not None and index.table == name
    return (key.kind, key.name, key.table) in schema.things
