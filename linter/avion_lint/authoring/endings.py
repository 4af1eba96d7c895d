"""What migrations have dropped for good, and in which of them each had been deprecated; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from avion_lint.authoring.contraction import THINGS, known_as
from avion_lint.record import record
from avion_lint.schema.model import Column, Constraint, Index, Origin, Schema, Table, Thing
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Made = Table | Column | Constraint | Index | Thing
    Key = TypeVar("Key")
    One = TypeVar("One", Table, Column, Constraint, Index, Thing)


@record
class Dropped:
    """An object that is gone: its name for people, what dropped it, and where it was deprecated before."""

    kind: str
    name: str
    version: str
    path: str
    mark: Origin | None


def dropped(migrations: Iterable[Migration]) -> tuple[Dropped, ...]:
    """What each of the migrations took away and no later one made again, in the order in which it went.

    With a table go its columns, constraints and indexes, with a column its constraints and indexes: these are not told.
    Partitions come and go and are not told either.
    """
    found: dict[tuple[str, str], Dropped] = {}
    for migration in migrations:
        version = str(migration.version or migration.file.description)
        for kind, name, made in _gone(migration.before, migration.after):
            found.pop((kind, name), None)
            found[kind, name] = Dropped(kind, name, version, migration.path, made.deprecated)
        for key in [key for key in found if _is_there(migration.after, *key)]:
            del found[key]
    return tuple(found.values())


def _gone(before: Schema, after: Schema) -> Iterator[tuple[str, str, Made]]:
    for table in _missing(before.tables, after.tables):
        if not table.temporary and table.partition_of is None:
            yield "table", str(known_as(table.name)), table
    for name, table in before.tables.items():
        left = after.tables.get(name)
        if left is not None and left is not table and _same(left.origin, table.origin):
            yield from _parts(table, left)
    for index in _missing(before.indexes, after.indexes):
        table_left = after.tables.get(index.table)
        if not index.constraint and table_left and {*index.uses} <= {*table_left.columns}:
            yield "index", str(known_as(index.name)), index
    for thing in _missing(before.things, after.things):
        owner = thing.owner.relation if thing.owner else None
        if thing.kind in THINGS and (owner is None or owner in after.tables):
            yield str(thing.kind), str(known_as(thing.name)), thing


def _parts(table: Table, left: Table) -> Iterator[tuple[str, str, Made]]:
    owner = known_as(table.name)
    for column in _missing(table.columns, left.columns):
        yield "column", f"{owner}.{column.name}", column
    for made in _missing(table.constraints, left.constraints):
        if {*made.columns} <= {*left.columns}:
            yield "constraint", f"{owner}.{made.name}", made


def _missing(before: Mapping[Key, One], after: Mapping[Key, One]) -> list[One]:
    """What is in the one and not in the other, under no other name either."""
    gone = [made for name, made in before.items() if name not in after]
    if not gone:
        return []
    new = [made for name, made in after.items() if name not in before]
    return [made for made in gone if not any(_same(made.origin, each.origin) for each in new)]


def _same(one: Origin | None, other: Origin | None) -> bool:
    """Whether two objects are one, whatever they are called: made by the same clause of the same file."""
    if one is None or other is None:
        return one is other
    return one.place == other.place


def _is_there(schema: Schema, kind: str, name: str) -> bool:
    """Whether the schema has an object that people call so."""
    owner, _, last = name.rpartition(".")
    match kind:
        case "table":
            return schema.table(a.Name(owner or None, last)) is not None
        case "index":
            return schema.index(a.Name(owner or None, last)) is not None
        case "column" | "constraint":
            above, _, table_name = owner.rpartition(".")
            table = schema.table(a.Name(above or None, table_name))
            parts: Mapping[str, object] = {}
            if table is not None:
                parts = table.columns if kind == "column" else table.constraints
            return last in parts
    return schema.thing(a.ObjectKind(kind), a.Name(owner or None, last)) is not None
