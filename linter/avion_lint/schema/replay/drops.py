"""DROP, with what goes along."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.record import replace
from avion_lint.schema.model import Origin, Thing
from avion_lint.schema.replay.columns import remove_column
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.indexes import drop_index, drop_indexes
from avion_lint.schema.replay.sequences import drop_owned, drop_sequence
from avion_lint.schema.replay.types import has_type, same_type
from avion_lint.schema.replay.views import drop_view, drop_views
from avion_lint.sql import actions as a


def drop_object(draft: Draft, action: a.Drop, _origin: Origin) -> None:
    """Drop an object, with what belongs to it; with CASCADE also what needs it."""
    _DROPS.get(action.kind, _thing)(draft, action)


def _table(draft: Draft, action: a.Drop) -> None:
    name = draft.name(action.name)
    if action.cascade:
        drop_views(draft, name)
    drop_table(draft, name)


def _view(draft: Draft, action: a.Drop) -> None:
    name = draft.name(action.name)
    drop_view(draft, name)
    if action.cascade:
        drop_views(draft, name)


def _index(draft: Draft, action: a.Drop) -> None:
    drop_index(draft, draft.index(action.name))


def _schema(draft: Draft, action: a.Drop) -> None:
    schema = action.name.name
    draft.things.pop(draft.key(action.kind, action.name), None)
    for table in [name for name in draft.tables if name.schema == schema]:
        drop_views(draft, table)
        drop_table(draft, table)
    for key in [key for key in draft.things if (key[1].schema == schema and key[2] is None) or _is_in(key[2], schema)]:
        thing = draft.things.get(key)
        if thing is not None and thing.kind not in _NOT_IN_SCHEMAS:
            _drop_thing(draft, thing, cascade=True)


_NOT_IN_SCHEMAS = {a.ObjectKind.SCHEMA, a.ObjectKind.EXTENSION, a.ObjectKind.PUBLICATION}


def _is_in(name: a.Name | None, schema: str) -> bool:
    return name is not None and name.schema == schema


def _type(draft: Draft, action: a.Drop) -> None:
    known = (draft.things.get(draft.key(kind, action.name)) for kind in _TYPES)
    thing = next((each for each in known if each), None)
    if thing:
        _drop_thing(draft, thing, cascade=action.cascade)


_TYPES = (a.ObjectKind.TYPE, a.ObjectKind.DOMAIN)


def _sequence(draft: Draft, action: a.Drop) -> None:
    drop_sequence(draft, action.name)


def _thing(draft: Draft, action: a.Drop) -> None:
    key = draft.key(action.kind, action.name, action.table, action.arguments)
    thing = draft.things.get(key)
    if thing:
        _drop_thing(draft, thing, cascade=action.cascade)
    if action.kind is a.ObjectKind.EXTENSION and action.cascade:
        _drop_types_of(draft, action.name.name)


# The types of extensions that are in use most.
_TYPES_OF = {
    "citext": ("citext",),
    "hstore": ("hstore",),
    "ltree": ("ltree", "lquery", "ltxtquery"),
    "postgis": ("geometry", "geography", "box2d", "box3d"),
    "vector": ("vector", "halfvec", "sparsevec"),
    "cube": ("cube",),
}


def _drop_types_of(draft: Draft, extension: str) -> None:
    for name in _TYPES_OF.get(extension, ()):
        _drop_columns(draft, lambda given, name=name: given.name.rpartition(".")[2] == name)  # type: ignore[misc]


def _drop_thing(draft: Draft, thing: Thing, *, cascade: bool) -> None:
    draft.things.pop(draft.key_of(thing), None)
    match thing.kind:
        case a.ObjectKind.VIEW | a.ObjectKind.MATERIALIZED_VIEW:
            drop_view(draft, thing.name)
        case a.ObjectKind.TYPE | a.ObjectKind.DOMAIN if cascade:
            _drop_users(draft, thing)
        case a.ObjectKind.FUNCTION if cascade:
            _drop_callers(draft, thing)


def _drop_users(draft: Draft, thing: Thing) -> None:
    """Drop the columns of a type, the functions that take it and the domains over it."""
    _drop_columns(draft, lambda given: same_type(given, thing.name))
    for other in list(draft.things.values()):
        if has_type(other, thing.name):
            _drop_thing(draft, other, cascade=True)


def _drop_columns(draft: Draft, fits: Callable[[a.Type], bool]) -> None:
    for name, table in list(draft.tables.items()):
        for column in [each.name for each in table.columns.values() if each.type and fits(each.type)]:
            remove_column(draft, draft.table(name), column, cascade=True)


def _drop_callers(draft: Draft, function: Thing) -> None:
    """Drop the triggers that call a function, and the defaults."""
    for each in draft.things.about(function.name):
        if each.function == function.name:
            draft.things.pop(draft.key_of(each), None)
    for table in list(draft.tables.values()):
        calling = {
            name: replace(column, default=None)
            for name, column in table.columns.items()
            if column.default and function.name.name in column.default.functions
        }
        if calling:
            draft.put(replace(table, columns={**table.columns, **calling}))


def drop_table(draft: Draft, name: a.Name) -> None:
    """Drop a table with everything that belongs to it, and the foreign keys of others that refer to it."""
    children = draft.heirs(name)
    draft.tables.pop(name, None)
    for table in draft.tables.about(name):
        kept = {key: made for key, made in table.constraints.items() if made.references != name}
        if len(kept) < len(table.constraints):
            draft.put(replace(table, constraints=kept))
    drop_indexes(draft, name)
    drop_owned(draft, name)
    for key in [key for key in draft.things.keys_about(name) if draft.things[key].table == name]:
        del draft.things[key]
    for child in children:
        drop_table(draft, child)


_DROPS: dict[a.ObjectKind, Callable[[Draft, a.Drop], None]] = {
    a.ObjectKind.TABLE: _table,
    a.ObjectKind.FOREIGN_TABLE: _table,
    a.ObjectKind.VIEW: _view,
    a.ObjectKind.MATERIALIZED_VIEW: _view,
    a.ObjectKind.INDEX: _index,
    a.ObjectKind.SCHEMA: _schema,
    a.ObjectKind.TYPE: _type,
    a.ObjectKind.DOMAIN: _type,
    a.ObjectKind.SEQUENCE: _sequence,
}
