"""What objects a schema holds, as flat sets that can be compared before, after, and after the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from avion_lint.schema.model import Origin, Schema, Table
from avion_lint.sql.actions import ConstraintKind, Name, ObjectKind


@dataclass(frozen=True, slots=True, order=True)
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


def objects(schema: Schema) -> dict[Key, Origin | None]:
    """Objects of a schema with their origins; temporary tables and what the server names by itself left out."""
    found: dict[Key, Origin | None] = {}
    for table in schema.tables.values():
        if not table.temporary:
            found[Key(ObjectKind.TABLE, table.name)] = table.origin
            found.update(_parts(table))
    for index in schema.indexes.values():
        if not index.constraint:
            found[Key(ObjectKind.INDEX, index.name, index.table)] = index.origin
    for thing in schema.things.values():
        if thing.kind is not ObjectKind.OTHER:
            found[Key(thing.kind, thing.name, thing.table)] = thing.origin
    return found


def _parts(table: Table) -> Iterator[tuple[Key, Origin | None]]:
    for column in table.columns.values():
        yield Key(ObjectKind.COLUMN, Name(None, column.name), table.name), column.origin
    for constraint in table.constraints.values():
        if constraint.kind is not ConstraintKind.NOT_NULL:
            yield Key(ObjectKind.CONSTRAINT, Name(None, constraint.name), table.name), constraint.origin


def without_parts(keys: set[Key], tables: set[Name]) -> set[Key]:
    """Objects that do not go with one of these tables anyway."""
    return {key for key in keys if key.table not in tables}
