"""RENAME and SET SCHEMA."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Column, Origin, Table, Thing
from avion_lint.schema.replay.draft import DEPRECATED_SUFFIX, RELATIONS, VIEWS, Draft, is_view, kind_of
from avion_lint.schema.replay.rewording import constraint_after, expression_after, index_after, names_after
from avion_lint.schema.replay.sequences import own, renamed_sequence
from avion_lint.schema.replay.tables import rekey_table, rekey_things
from avion_lint.schema.replay.types import retype
from avion_lint.sql import actions as a


def rename_object(draft: Draft, action: a.Rename, origin: Origin) -> None:
    """Give an object another name, here and in what points to it."""
    marks = origin if action.new_name.endswith(DEPRECATED_SUFFIX) else None
    match kind_of(draft, action):
        case kind if kind in RELATIONS:
            _rename_table(draft, draft.table(action.name), action.new_name, marks)
        case a.ObjectKind.COLUMN if action.table and is_view(draft, action.table):
            _rename_view_column(draft, action.table, action)
        case a.ObjectKind.COLUMN if action.table:
            _rename_column(draft, draft.table(action.table), action, marks)
        case a.ObjectKind.CONSTRAINT if action.table:
            _rename_constraint(draft, draft.table(action.table), action.name.name, action.new_name)
        case a.ObjectKind.INDEX:
            _rename_index(draft, draft.index(action.name), action.new_name, marks)
        case a.ObjectKind.ENUM_VALUE if action.table:
            _rename_value(draft, action)
        case a.ObjectKind.SCHEMA:
            _rename_schema(draft, action.name.name, action.new_name)
            _rename_thing(draft, a.ObjectKind.SCHEMA, action, marks)
        case kind:
            _rename_thing(draft, kind, action, marks)


def _rename_thing(draft: Draft, kind: a.ObjectKind, action: a.Rename, marks: Origin | None) -> None:
    key = draft.key(kind, action.name, action.table, action.arguments)
    if kind is a.ObjectKind.TYPE and key not in draft.things:
        key = draft.key(a.ObjectKind.DOMAIN, action.name)
    thing = draft.things.get(key) or Thing(kind, key[1], draft.name(action.table) if action.table else None)
    name = a.Name(thing.name.schema, action.new_name)
    _replace_thing(draft, thing, replace(thing, name=name, deprecated=marks or thing.deprecated))


def _replace_thing(draft: Draft, old: Thing, new: Thing) -> None:
    """Put an object under another name, and make what points to it follow."""
    draft.things.pop(draft.key_of(old), None)
    draft.put_thing(new)
    if new.kind in VIEWS:
        for index in draft.indexes_of(old.name):
            draft.indexes[index.name] = replace(index, table=new.name)
        rekey_things(draft, old.name, new.name)
    elif new.kind is a.ObjectKind.SEQUENCE and new.owner:
        own(draft, new.owner, new.name)
    elif new.kind in (a.ObjectKind.TYPE, a.ObjectKind.DOMAIN):
        retype(draft, old.name, new.name)
    elif new.kind is a.ObjectKind.FUNCTION:
        for each in draft.things.about(old.name):
            if each.function == old.name:
                draft.put_thing(replace(each, function=new.name))


def _rename_schema(draft: Draft, old: str, new: str) -> None:
    for name, table in list(draft.tables.items()):
        if name.schema == old:
            _move_table(draft, table, new)
    for thing in [thing for key, thing in draft.things.items() if key[1].schema == old and thing.table is None]:
        if thing.kind is not a.ObjectKind.SCHEMA:
            _replace_thing(draft, thing, replace(thing, name=a.Name(new, thing.name.name)))


def _rename_table(draft: Draft, table: Table, new_name: str, marks: Origin | None) -> None:
    name = a.Name(table.name.schema, new_name)
    rekey_table(draft, table, replace(table, name=name, deprecated=marks or table.deprecated))


def _rename_column(draft: Draft, table: Table, action: a.Rename, marks: Origin | None) -> None:
    old = action.name.name
    column = table.columns.get(old) or Column(old, None)
    renamed = replace(column, name=action.new_name, deprecated=marks or column.deprecated)
    columns = {
        (renamed.name if name == old else name): renamed if name == old else _following(made, old, renamed.name)
        for name, made in {**table.columns, old: column}.items()
    }
    constraints = {name: constraint_after(made, old, renamed.name) for name, made in table.constraints.items()}
    draft.put(replace(table, columns=columns, constraints=constraints))
    for index in draft.indexes_of(table.name):
        if old in index.uses:
            draft.indexes[index.name] = index_after(index, old, renamed.name)
    _follow_references(draft, table.name, old, renamed.name)
    was, now = a.ColumnUse(table.name, old), a.ColumnUse(table.name, renamed.name)
    for key in draft.things.keys_about(table.name):
        thing = draft.things[key]
        if was in thing.uses or was == thing.owner:
            uses = tuple(now if use == was else use for use in thing.uses)
            draft.things[key] = replace(thing, uses=uses, owner=now if thing.owner == was else thing.owner)


def _follow_references(draft: Draft, table: a.Name, old: str, new: str) -> None:
    """Give the foreign keys that refer to a column its new name."""
    for other in draft.tables.about(table):
        constraints = {
            name: replace(made, referenced_columns=names_after(made.referenced_columns, old, new))
            if made.references == table
            else made
            for name, made in other.constraints.items()
        }
        draft.put(replace(other, constraints=constraints))


def _following(column: Column, old: str, new: str) -> Column:
    """A column of a table of which another one got a new name; a generated one may read it."""
    if old not in column.reads:
        return column
    reads = tuple(new if name == old else name for name in column.reads)
    return replace(column, reads=reads, expression=expression_after(column.expression, old, new))


def _rename_view_column(draft: Draft, view: a.Name, action: a.Rename) -> None:
    for key in [draft.key(kind, view) for kind in VIEWS]:
        thing = draft.things.get(key)
        if thing and thing.columns is not None:
            columns = tuple(action.new_name if name == action.name.name else name for name in thing.columns)
            draft.things[key] = replace(thing, columns=columns)


def _rename_constraint(draft: Draft, table: Table, old: str, new: str) -> None:
    made = table.constraints.get(old)
    if made is None:
        return
    constraints = {
        (new if name == old else name): replace(each, name=new) if name == old else each
        for name, each in table.constraints.items()
    }
    draft.put(replace(table, constraints=constraints))
    _rekey_index(draft, a.Name(table.name.schema, old), a.Name(table.name.schema, new))


def _rename_index(draft: Draft, old: a.Name, new: str, marks: Origin | None) -> None:
    """Rename an index; the constraint that owns it has the same name."""
    index = draft.indexes.get(old)
    if index is None:
        return
    table = draft.tables.get(index.table)
    if index.constraint and table:
        _rename_constraint(draft, table, old.name, new)
        return
    name = a.Name(old.schema, new)
    _rekey_index(draft, old, name)
    draft.indexes[name] = replace(draft.indexes[name], deprecated=marks or index.deprecated)


def _rekey_index(draft: Draft, old: a.Name, new: a.Name) -> None:
    index = draft.indexes.pop(old, None)
    if index is None:
        return
    draft.indexes[new] = replace(index, name=new)
    for part in [each for each in draft.indexes.about(old) if each.part_of == old]:
        draft.indexes[part.name] = replace(part, part_of=new)


def _rename_value(draft: Draft, action: a.Rename) -> None:
    if action.table is None:
        return
    key = draft.key(a.ObjectKind.TYPE, action.table)
    thing = draft.things.get(key)
    if thing and thing.values:
        values = tuple(action.new_name if value == action.name.name else value for value in thing.values)
        draft.things[key] = replace(thing, values=values)


def move_object(draft: Draft, action: a.SetSchema, _origin: Origin) -> None:
    """Put an object into another schema."""
    kind = kind_of(draft, action)
    if kind in RELATIONS:
        _move_table(draft, draft.table(action.name), action.schema)
        return
    key = draft.key(kind, action.name, arguments=action.arguments)
    if kind is a.ObjectKind.TYPE and key not in draft.things:
        key = draft.key(a.ObjectKind.DOMAIN, action.name)
    thing = draft.things.get(key)
    if thing:
        for index in draft.indexes_of(thing.name):
            _rekey_index(draft, index.name, a.Name(action.schema, index.name.name))
        _replace_thing(draft, thing, replace(thing, name=a.Name(action.schema, thing.name.name)))


def _move_table(draft: Draft, table: Table, schema: str) -> None:
    """Put a table into another schema, with its indexes and its sequences."""
    for index in draft.indexes_of(table.name):
        _rekey_index(draft, index.name, a.Name(schema, index.name.name))
    for key in draft.things.keys_about(table.name):
        thing = draft.things[key]
        if thing.owner and thing.owner.relation == table.name:
            renamed_sequence(draft, thing, replace(thing, name=a.Name(schema, thing.name.name)))
    moved = draft.tables.get(table.name, table)
    rekey_table(draft, moved, replace(moved, name=a.Name(schema, table.name.name)))
