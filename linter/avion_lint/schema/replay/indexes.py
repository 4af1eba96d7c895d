"""Indexes: made and dropped, with those of partitions."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Index, Origin, heirs_of
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.naming import joined, relation_name, told_apart
from avion_lint.sql import actions as a


def create_index(draft: Draft, action: a.CreateIndex, origin: Origin) -> None:
    """Make an index; ON ONLY a table with partitions it is not valid until each of them has one attached."""
    table = draft.name(action.table)
    words = told_apart(action.words or [column or "expr" for column in action.columns])
    name = a.Name(table.schema, action.index or relation_name(draft, table, joined(words), "idx"))
    if action.if_not_exists and draft.is_relation(name):
        return
    known = draft.tables.get(table)
    waits = action.only and known is not None and known.partitioned and bool(draft.heirs(table))
    draft.indexes[name] = Index(
        name,
        table,
        action.columns,
        action.unique,
        action.partial,
        origin=origin,
        method=action.method,
        plain=action.plain,
        uses=action.uses,
        keys=action.keys,
        include=action.include,
        where=action.where,
        distinct=action.distinct,
        valid=not waits,
        words=words,
    )


def drop_index(draft: Draft, name: a.Name) -> None:
    """Drop an index, with those of the partitions that belong to it and their constraints."""
    dropped = draft.indexes.pop(name, None)
    if dropped is None:
        return
    for part in [index for index in draft.indexes.about(name) if index.part_of == name]:
        drop_index(draft, part.name)
        table = draft.table(part.table)
        kept = {key: made for key, made in table.constraints.items() if key != part.name.name or not part.constraint}
        draft.put(replace(table, constraints=kept))


def drop_indexes(draft: Draft, relation: a.Name) -> None:
    """Drop all indexes of a table or view."""
    for index in draft.indexes_of(relation):
        del draft.indexes[index.name]


def _attach_table(draft: Draft, part: a.Name, whole: a.Name) -> None:
    """Note that a table is a partition, where only its index tells: what made it is not in the migrations."""
    table = draft.table(part)
    if table.partition_of is None:
        draft.put(replace(table, partition_of=whole))


def attach_index(draft: Draft, part: a.Name, whole: a.Name) -> None:
    """Make an index a part of the whole table's; that one is valid once each partition has such a part."""
    if part not in draft.indexes:
        return
    draft.indexes[part] = replace(draft.indexes[part], part_of=whole)
    above = draft.indexes.get(whole)
    if above is not None:
        _attach_table(draft, draft.indexes[part].table, above.table)
    while above is not None and not above.valid:
        if len(draft.indexes.keys_about(above.name)) < len(draft.tables.keys_about(heirs_of(above.table))):
            return  # without a look at each of them
        parts = [index for index in draft.indexes.about(above.name) if index.part_of == above.name and index.valid]
        if len(parts) < len(draft.heirs(above.table)):
            return
        draft.indexes[above.name] = replace(above, valid=True)
        above = draft.indexes.get(above.part_of) if above.part_of else None
