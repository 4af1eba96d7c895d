"""DROP, with what goes along."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Origin, resolve
from avion_lint.schema.replay.draft import RELATIONS, VIEWS, Draft
from avion_lint.schema.replay.indexes import drop_index
from avion_lint.sql import actions as a


def drop_object(draft: Draft, action: a.Drop, _origin: Origin) -> None:
    """Drop an object, with what belongs to it; with CASCADE also the views over it."""
    match action.kind:
        case kind if kind in RELATIONS:
            if action.cascade:
                drop_views(draft, draft.name(action.name))
            _drop_table(draft, draft.name(action.name))
        case kind if kind in VIEWS:
            key = draft.key(kind, action.name)
            draft.things.pop(key, None)
            if action.cascade:
                drop_views(draft, key[1])
        case a.ObjectKind.INDEX:
            drop_index(draft, resolve(action.name, draft.indexes, draft.search_path))
        case a.ObjectKind.SCHEMA:
            draft.things.pop(draft.key(action.kind, action.name), None)
            for table in [name for name in draft.tables if name.schema == action.name.name]:
                _drop_table(draft, table)
            for key in [key for key in draft.things if key[1].schema == action.name.name]:
                del draft.things[key]
        case _:
            draft.things.pop(draft.key(action.kind, action.name, action.table), None)


def drop_views(draft: Draft, relation: a.Name, column: str | None = None) -> None:
    """Drop the views that use a relation, or a column of it, and those over them."""
    use = a.ColumnUse(relation, column or "")
    for key in draft.things.keys_about(relation):
        thing = draft.things.get(key)
        if thing and thing.kind in VIEWS and (use in thing.uses if column else relation in thing.reads):
            draft.things.pop(key, None)
            drop_views(draft, thing.name)


def _drop_table(draft: Draft, name: a.Name) -> None:
    draft.tables.pop(name, None)
    for table in draft.tables.about(name):
        kept = {key: made for key, made in table.constraints.items() if made.references != name}
        if len(kept) < len(table.constraints):
            draft.put(replace(table, constraints=kept))
    for index in [index.name for index in draft.indexes.about(name) if index.table == name]:
        del draft.indexes[index]
    for key in [key for key in draft.things.keys_about(name) if key[2] == name]:
        del draft.things[key]
    for child in [table.name for table in draft.tables.about(name) if table.partition_of == name]:
        _drop_table(draft, child)
