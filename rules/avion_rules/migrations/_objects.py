"""The objects of a schema, one by one, so that schemas can be compared; what did not change costs nothing."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.schema.model import Index, Origin, Schema, Table, Thing
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


Known = tuple[Key, Origin | None]


@record
class Changes:
    """Objects with their origins that are not the very same in two schemas: those of the one, and of the other."""

    one: list[Known]
    other: list[Known]


def changes(one: Schema, other: Schema) -> Changes:
    """Compare two schemas, object by object, with their parts.

    Temporary tables and what the server names by itself are left out.
    """
    found = Changes([], [])
    for _, table, others in one.tables.parted(other.tables):
        found.one.extend(_of_table(table, others))
        found.other.extend(_of_table(others, table))
    for _, index, namesake in one.indexes.parted(other.indexes):
        found.one.extend(_of_index(index))
        found.other.extend(_of_index(namesake))
    for (_, _, place), thing, like in one.things.parted(other.things):
        found.one.extend(_of_thing(thing, place))
        found.other.extend(_of_thing(like, place))
    return found


def _of_table(table: Table | None, other: Table | None) -> Iterator[Known]:
    if table is None or table.temporary:
        return
    yield Key(ObjectKind.TABLE, table.name), table.origin
    columns, constraints = (other.columns, other.constraints) if other else ({}, {})
    for column in table.columns.values():
        if columns.get(column.name) is not column:
            yield Key(ObjectKind.COLUMN, Name(None, column.name), table.name), column.origin
    for constraint in table.constraints.values():
        if constraint.kind is not ConstraintKind.NOT_NULL and constraints.get(constraint.name) is not constraint:
            yield Key(ObjectKind.CONSTRAINT, Name(None, constraint.name), table.name), constraint.origin


def _of_index(index: Index | None) -> Iterator[Known]:
    if index is not None and not index.constraint:
        yield Key(ObjectKind.INDEX, index.name, index.table), index.origin


def _of_thing(thing: Thing | None, place: Name | None) -> Iterator[Known]:
    if thing is not None and thing.kind is not ObjectKind.OTHER and not thing.owner:
        yield Key(thing.kind, thing.name, place), thing.origin


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
