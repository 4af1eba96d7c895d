"""Names that the running application knows, and whether a migration leaves something under them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from itertools import islice

from avion_lint.schema.model import Key, Origin, Schema, Table, Thing
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement

RELATIONS = (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW, a.ObjectKind.SEQUENCE)
_TYPES = (a.ObjectKind.TYPE, a.ObjectKind.DOMAIN)
_ROUTINES = (a.ObjectKind.FUNCTION, a.ObjectKind.AGGREGATE)


def settled(migration: Migration, statement: Statement) -> Schema:
    """The schema when others first see what a statement of the Up section does: after its transaction."""
    if statement.in_transaction:
        return migration.after
    at = bisect_left(migration.up, statement.place.span, key=lambda each: each.place.span)
    following = (each.schema for each in islice(migration.up, at, None) if each.chunk is not statement.chunk)
    return next(following, migration.after)


def full_name(schema: Schema, name: a.Name) -> a.Name:
    """The name with its schema: that of the search path where none is written."""
    if name.schema is not None:
        return name
    return a.Name(schema.search_path[0] if schema.search_path else "public", name.name)


def kind_of(schema: Schema, kind: a.ObjectKind, name: a.Name) -> a.ObjectKind:
    """What ALTER TABLE is really about: it also takes views, sequences and indexes."""
    if kind is not a.ObjectKind.TABLE or schema.table(name) is not None:
        return kind
    if schema.index(name) is not None:
        return a.ObjectKind.INDEX
    return next((other for other in RELATIONS if schema.thing(other, name) is not None), kind)


def has_table(schema: Schema, name: a.Name) -> bool:
    """Whether a table or a view has this full name."""
    return name in schema.tables or _thing(schema, RELATIONS, name) is not None


def has_thing(schema: Schema, kind: a.ObjectKind, name: a.Name) -> bool:
    """Whether something can stand in for an object of that kind and full name."""
    if kind in RELATIONS:
        return has_table(schema, name)
    family = next((kinds for kinds in (_TYPES, _ROUTINES) if kind in kinds), (kind,))
    return _thing(schema, family, name) is not None


def _thing(schema: Schema, kinds: tuple[a.ObjectKind, ...], name: a.Name) -> Thing | None:
    keys: tuple[Key, ...] = tuple((kind, name, None) for kind in kinds)
    found = next((schema.things[key] for key in keys if key in schema.things), None)
    return found or (next(schema.functions(name), None) if a.ObjectKind.FUNCTION in kinds else None)


def known_table_name(migration: Migration, table: Table) -> a.Name:
    """Name of a table before the migration, which may have renamed it since."""
    return _same(migration.before.tables, table) or table.name


def name_before(migration: Migration, statement: Statement, written: a.Name, action: a.Action) -> a.Name:
    """A table as people wrote it before the migration, which may have renamed it since; else as it is written."""
    table = statement.schema_before(action).table(written)
    known = known_table_name(migration, table) if table else None
    if table is None or known is None or known == table.name:
        return written
    return a.Name(None, known.name) if known.schema == table.name.schema and written.schema is None else known


def is_complete(schema: Schema) -> bool:
    """Whether the migrations have made every table that they name: then what they did not make is not there."""
    return all(table.origin is not None for table in schema.tables.values())


def known_thing_name(migration: Migration, thing: Thing) -> a.Name:
    """Name of another object before the migration."""
    found = (each.name for each in migration.before.things.values() if _is_same(each, thing))
    return next(found, thing.name) if thing.origin is not None else thing.name


def _same(tables: Mapping[a.Name, Table], table: Table) -> a.Name | None:
    if table.origin is None:
        return None
    known = tables.get(table.name)  # few have been renamed
    if known is not None and _is_same_origin(known.origin, table.origin):
        return known.name
    return next((each.name for each in tables.values() if _is_same_origin(each.origin, table.origin)), None)


def _is_same(one: Thing, other: Thing) -> bool:
    return one.kind is other.kind and _is_same_origin(one.origin, other.origin)


def _is_same_origin(one: Origin | None, other: Origin | None) -> bool:
    """Whether two objects are one: made by the same clause of the same file, whatever they are called."""
    if one is other:
        return one is not None
    return one is not None and other is not None and one.version == other.version and one.place == other.place


def is_swapped(migration: Migration, schema: Schema, table: Table, outcome: Schema) -> bool:
    """Whether another table that exists already (in `schema`) takes over the name of this one in `outcome`."""
    heir = outcome.tables.get(known_table_name(migration, table))
    if heir is None or _is_same_origin(heir.origin, table.origin):
        return False
    return _same(schema.tables, heir) is not None
