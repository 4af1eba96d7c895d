"""Partitions: attached and detached, and the indexes that they have in common with the whole."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Constraint, Index, Origin, Table
from avion_lint.schema.replay.constraints import INDEXED, add_constraint
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.indexes import attach_index
from avion_lint.schema.replay.naming import joined, relation_name
from avion_lint.sql import actions as a


def attach_partition(draft: Draft, action: a.AttachPartition, origin: Origin) -> None:
    """Make a table a partition, or an index a part of the whole table's index."""
    if action.index:
        attach_index(draft, draft.index(action.partition), draft.index(action.table))
        return
    child = draft.table(action.partition)
    parent = draft.name(action.table)
    draft.put(replace(child, partition_of=parent, default_partition=action.default_partition, bound=action.bound_sql))
    draft.put(replace(draft.table(action.table), partitioned=True))
    join_partitions(draft, parent, child.name, origin)


def detach_partition(draft: Draft, action: a.DetachPartition, _origin: Origin) -> None:
    """Make a partition a table of its own, and its indexes with it."""
    child = draft.table(action.partition)
    columns = {name: replace(column, identity=False) for name, column in child.columns.items()}
    draft.put(replace(child, columns=columns, partition_of=None, default_partition=False, bound=""))
    for index in draft.indexes_of(child.name):
        draft.indexes[index.name] = replace(index, part_of=None)


def join_partitions(draft: Draft, parent: a.Name, child: a.Name, origin: Origin) -> None:
    """Give a partition what the partitioned table has: constraints, and an index for each of its indexes."""
    whole = draft.table(parent)
    part = draft.table(child)
    missing = {
        name: made
        for name, made in whole.constraints.items()
        if made.kind not in INDEXED and name not in part.constraints and not _has_alike(part, made)
    }
    columns = {
        name: replace(column, identity=column.identity or _is_identity(whole, name))
        for name, column in part.columns.items()
    }
    draft.put(replace(part, columns=columns, constraints={**part.constraints, **missing}))
    for index in draft.indexes_of(parent):
        _part_index(draft, index, child, origin)


def _is_identity(table: Table, column: str) -> bool:
    known = table.columns.get(column)
    return known is not None and known.identity


def _has_alike(table: Table, made: Constraint) -> bool:
    """Whether a partition has a foreign key that becomes a part of the whole table's."""
    return made.kind is a.ConstraintKind.FOREIGN_KEY and any(
        (other.columns, other.references) == (made.columns, made.references) for other in table.constraints.values()
    )


def _part_index(draft: Draft, whole: Index, child: a.Name, origin: Origin) -> None:
    """Attach the partition's index that is like the whole one, or make it."""
    if any(index.part_of == whole.name for index in draft.indexes_of(child)):
        return
    found = next((index for index in draft.indexes_of(child) if _is_alike(index, whole)), None)
    if found is not None:
        attach_index(draft, found.name, whole.name)
        return
    made = _like(draft, child, whole, origin)
    attach_index(draft, made.name, whole.name)
    for heir in draft.heirs(child):
        _part_index(draft, draft.indexes[made.name], heir, origin)


def _is_alike(index: Index, whole: Index) -> bool:
    return (
        index.part_of is None
        and None not in index.columns
        and (index.columns, index.unique, index.partial, index.method)
        == (whole.columns, whole.unique, whole.partial, whole.method)
        and (index.constraint or not whole.constraint)
    )


def _like(draft: Draft, child: a.Name, whole: Index, origin: Origin) -> Index:
    """Make an index of a partition, with its constraint where the whole one has one."""
    constraint = draft.table(whole.table).constraints.get(whole.name.name) if whole.constraint else None
    if constraint is not None:
        definition = a.ConstraintDefinition(
            constraint.kind, None, constraint.columns, include=constraint.include, words=whole.words
        )
        add_constraint(draft, draft.table(child), definition, origin)
        return draft.indexes_of(child)[-1]
    name = a.Name(child.schema, relation_name(draft, child, joined(whole.words), "idx"))
    made = replace(whole, name=name, table=child, origin=origin, constraint=False, part_of=None, valid=True)
    draft.indexes[name] = made
    return made


def to_partitions(draft: Draft, table: a.Name, origin: Origin) -> None:
    """Give the newest index of a partitioned table to its partitions."""
    if not draft.table(table).partitioned:
        return
    newest = next(reversed(draft.indexes_of(table)), None)
    if newest is None:
        return
    for child in draft.heirs(table):
        _part_index(draft, newest, child, origin)
