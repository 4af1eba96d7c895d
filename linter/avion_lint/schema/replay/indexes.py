"""Indexes: made and dropped, with those of partitions."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Index, Origin
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.naming import free_name
from avion_lint.sql import actions as a


def create_index(draft: Draft, action: a.CreateIndex, origin: Origin) -> None:
    """Make an index."""
    table = draft.name(action.table)
    base = "_".join((table.name, *(column or "expr" for column in action.columns), "idx"))
    name = a.Name(table.schema, action.index or free_name(base, draft.has_index))
    if action.if_not_exists and name in draft.indexes:
        return
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
