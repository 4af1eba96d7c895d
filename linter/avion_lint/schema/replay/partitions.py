"""Partitions: attached and detached, and the indexes that they have in common with the whole."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Index, Origin, resolve
from avion_lint.schema.replay.constraints import INDEXED, add_constraint
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.naming import free_name
from avion_lint.sql import actions as a


def attach_partition(draft: Draft, action: a.AttachPartition, origin: Origin) -> None:
    """Make a table a partition, or an index a part of the whole table's index."""
    if action.index:
        part = resolve(action.partition, draft.indexes, draft.search_path)
        if part in draft.indexes:
            whole = resolve(action.table, draft.indexes, draft.search_path)
            draft.indexes[part] = replace(draft.indexes[part], part_of=whole)
        return
    child = draft.table(action.partition)
    parent = draft.name(action.table)
    draft.put(replace(child, partition_of=parent, default_partition=action.default_partition, bound=action.bound_sql))
    draft.put(replace(draft.table(action.table), partitioned=True))
    join_partitions(draft, parent, child.name, origin)


def detach_partition(draft: Draft, action: a.DetachPartition, _origin: Origin) -> None:
    """Make a partition a table of its own, and its indexes with it."""
    child = draft.table(action.partition)
    draft.put(replace(child, partition_of=None, default_partition=False, bound=""))
    for index in [index for index in draft.indexes.about(child.name) if index.table == child.name]:
        draft.indexes[index.name] = replace(index, part_of=None)


def join_partitions(draft: Draft, parent: a.Name, child: a.Name, origin: Origin) -> None:
    """Give a partition what the partitioned table has: constraints, and an index for each of its indexes."""
    whole = draft.table(parent)
    part = draft.table(child)
    missing = {
        name: made
        for name, made in whole.constraints.items()
        if made.kind not in INDEXED and name not in part.constraints
    }
    draft.put(replace(part, constraints={**part.constraints, **missing}))
    for index in [index for index in draft.indexes.about(parent) if index.table == parent]:
        _part_index(draft, index, child, origin)


def _part_index(draft: Draft, whole: Index, child: a.Name, origin: Origin) -> None:
    """Attach the partition's index that is like the whole one, or make it."""
    if any(index.table == child and index.part_of == whole.name for index in draft.indexes.about(child)):
        return
    alike = (
        index
        for index in draft.indexes.about(child)
        if index.table == child
        and index.part_of is None
        and None not in index.columns
        and (index.columns, index.unique, index.partial, index.method)
        == (whole.columns, whole.unique, whole.partial, whole.method)
        and (index.constraint or not whole.constraint)
    )
    found = next(alike, None)
    if found is not None:
        draft.indexes[found.name] = replace(found, part_of=whole.name)
        return
    constraint = draft.table(whole.table).constraints.get(whole.name.name) if whole.constraint else None
    if constraint is not None:
        definition = a.ConstraintDefinition(constraint.kind, None, constraint.columns)
        add_constraint(draft, draft.table(child), definition, origin)
        made = draft.indexes.about(child)[-1]
    else:
        made = _new_index(draft, child, whole, origin)
    draft.indexes[made.name] = replace(made, part_of=whole.name)
    for heir in draft.heirs(child):
        _part_index(draft, draft.indexes[made.name], heir, origin)


def _new_index(draft: Draft, child: a.Name, like: Index, origin: Origin) -> Index:
    base = "_".join((child.name, *(column or "expr" for column in like.columns), "idx"))
    name = a.Name(child.schema, free_name(base, draft.has_index))
    return replace(like, name=name, table=child, origin=origin, constraint=False, part_of=None)


def to_partitions(draft: Draft, table: a.Name, origin: Origin) -> None:
    """Give the newest index of a partitioned table to its partitions."""
    newest = next((index for index in reversed(draft.indexes.about(table)) if index.table == table), None)
    if newest is None or not draft.table(table).partitioned:
        return
    for child in draft.heirs(table):
        _part_index(draft, newest, child, origin)
