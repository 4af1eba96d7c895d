"""RENAME and SET SCHEMA."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Column, Origin, Table, Thing, resolve
from avion_lint.schema.replay.draft import DEPRECATED_SUFFIX, RELATIONS, VIEWS, Draft, is_view, kind_of
from avion_lint.schema.replay.rewording import constraint_after, expression_after, index_after
from avion_lint.schema.replay.tables import rekey_table
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
            _rename_constraint(draft, draft.table(action.table), action)
        case a.ObjectKind.INDEX:
            index = draft.indexes.pop(resolve(action.name, draft.indexes, draft.search_path), None)
            if index:
                name = a.Name(index.name.schema, action.new_name)
                draft.indexes[name] = replace(index, name=name, deprecated=marks or index.deprecated)
        case a.ObjectKind.ENUM_VALUE if action.table:
            _rename_value(draft, action)
        case kind:
            key = draft.key(kind, action.name, action.table)
            thing = draft.things.pop(key, None) or Thing(kind, key[1], key[2])
            name = a.Name(thing.name.schema, action.new_name)
            draft.things[(thing.kind, name, thing.table)] = replace(
                thing, name=name, deprecated=marks or thing.deprecated
            )


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
    for index in [
        index for index in draft.indexes.about(table.name) if index.table == table.name and old in index.uses
    ]:
        draft.indexes[index.name] = index_after(index, old, renamed.name)
    was, now = a.ColumnUse(table.name, old), a.ColumnUse(table.name, renamed.name)
    for key in draft.things.keys_about(table.name):
        thing = draft.things[key]
        if was in thing.uses:
            draft.things[key] = replace(thing, uses=tuple(now if use == was else use for use in thing.uses))


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


def _rename_constraint(draft: Draft, table: Table, action: a.Rename) -> None:
    made = table.constraints.get(action.name.name)
    if made is None:
        return
    kept = {name: other for name, other in table.constraints.items() if name != made.name}
    draft.put(replace(table, constraints={**kept, action.new_name: replace(made, name=action.new_name)}))
    index = draft.indexes.pop(a.Name(table.name.schema, made.name), None)
    if index:
        name = a.Name(index.name.schema, action.new_name)
        draft.indexes[name] = replace(index, name=name)


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
        table = draft.table(action.name)
        rekey_table(draft, table, replace(table, name=a.Name(action.schema, table.name.name)))
        return
    key = draft.key(kind, action.name)
    thing = draft.things.pop(key, None)
    if thing:
        name = a.Name(action.schema, thing.name.name)
        draft.things[(thing.kind, name, thing.table)] = replace(thing, name=name)
