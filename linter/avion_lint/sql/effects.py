"""What an action does to the relations it touches: the lock it takes, and whom that keeps waiting.

Source: the manual's "Explicit Locking" and ALTER TABLE pages, and measurements on PostgreSQL 12 to 18.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from avion_lint.schema.model import Schema
from avion_lint.sql import actions as a


class Lock(StrEnum):
    """Table-level lock modes, weakest first, in the manual's words."""

    ACCESS_SHARE = "ACCESS SHARE"
    ROW_SHARE = "ROW SHARE"
    ROW_EXCLUSIVE = "ROW EXCLUSIVE"
    SHARE_UPDATE_EXCLUSIVE = "SHARE UPDATE EXCLUSIVE"
    SHARE = "SHARE"
    SHARE_ROW_EXCLUSIVE = "SHARE ROW EXCLUSIVE"
    EXCLUSIVE = "EXCLUSIVE"
    ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE"

    @property
    def blocks(self) -> str:
        """Whom it keeps waiting, in plain words; "" where the application notices nothing."""
        if self is Lock.ACCESS_EXCLUSIVE:
            return "every read and write"
        if self in _BLOCK_WRITES:
            return "every write"
        return ""


_BLOCK_WRITES = {Lock.SHARE, Lock.SHARE_ROW_EXCLUSIVE, Lock.EXCLUSIVE}


@dataclass(frozen=True, slots=True)
class Effect:
    """A lock on a relation."""

    relation: a.Name
    lock: Lock


# ALTER TABLE forms (the parser's names) that take less than ACCESS EXCLUSIVE on their table.
_WEAKER_FORMS = {
    "SetStatistics": Lock.SHARE_UPDATE_EXCLUSIVE,
    "SetOptions": Lock.SHARE_UPDATE_EXCLUSIVE,
    "ResetOptions": Lock.SHARE_UPDATE_EXCLUSIVE,
    "ClusterOn": Lock.SHARE_UPDATE_EXCLUSIVE,
    "DropCluster": Lock.SHARE_UPDATE_EXCLUSIVE,
    "EnableTrig": Lock.SHARE_ROW_EXCLUSIVE,
    "EnableAlwaysTrig": Lock.SHARE_ROW_EXCLUSIVE,
    "EnableReplicaTrig": Lock.SHARE_ROW_EXCLUSIVE,
    "EnableTrigAll": Lock.SHARE_ROW_EXCLUSIVE,
    "EnableTrigUser": Lock.SHARE_ROW_EXCLUSIVE,
    "DisableTrig": Lock.SHARE_ROW_EXCLUSIVE,
    "DisableTrigAll": Lock.SHARE_ROW_EXCLUSIVE,
    "DisableTrigUser": Lock.SHARE_ROW_EXCLUSIVE,
}

_TABLE_KINDS = {a.ObjectKind.TABLE, a.ObjectKind.FOREIGN_TABLE}


def effects(action: a.Action, schema: Schema) -> tuple[Effect, ...]:
    """Locks that an action takes on relations that exist before it; strongest known case where facts are missing."""
    return tuple(_effects(action, schema))


def _effects(action: a.Action, schema: Schema) -> Iterator[Effect]:
    match action:
        case a.AddConstraint(constraint=constraint):
            yield from _add_constraint(action.table, constraint)
        case a.AddColumn():
            yield Effect(action.table, Lock.ACCESS_EXCLUSIVE)
            yield from _referenced(action.column.constraints)
        case a.ValidateConstraint():
            yield from _validate(action, schema)
        case a.AlterTable():
            if action.kind in _TABLE_KINDS:
                yield Effect(action.table, _form_lock(action))
        case a.AttachPartition(index=False):
            yield Effect(action.table, Lock.SHARE_UPDATE_EXCLUSIVE)
            yield Effect(action.partition, Lock.ACCESS_EXCLUSIVE)
        case a.DetachPartition():
            weak = Lock.SHARE_UPDATE_EXCLUSIVE
            yield Effect(action.table, weak if action.concurrently else Lock.ACCESS_EXCLUSIVE)
            yield Effect(action.partition, Lock.ACCESS_EXCLUSIVE)
        case a.DropColumn() | a.AlterColumnType() | a.SetNotNull() | a.DropNotNull() | a.SetDefault():
            yield Effect(action.table, Lock.ACCESS_EXCLUSIVE)
        case a.DropConstraint():
            yield from _drop_constraint(action, schema)
        case _:
            yield from _other(action, schema)


def _other(action: a.Action, schema: Schema) -> Iterator[Effect]:
    match action:
        case a.CreateTable():
            if action.partition_of:
                yield Effect(action.partition_of, Lock.ACCESS_EXCLUSIVE)
            in_columns = tuple(made for column in action.columns for made in column.constraints)
            yield from _referenced((*in_columns, *action.constraints))
        case a.CreateIndex():
            yield Effect(action.table, Lock.SHARE_UPDATE_EXCLUSIVE if action.concurrently else Lock.SHARE)
        case a.Drop():
            yield from _drop(action, schema)
        case a.Rename() | a.SetSchema():
            yield from _rename(action)
        case a.Truncate():
            yield from (Effect(table, Lock.ACCESS_EXCLUSIVE) for table in action.tables)
        case a.LockTable():
            yield from (Effect(table, Lock(action.mode)) for table in action.tables)
        case a.Reindex(kind="table", name=a.Name() as name):
            yield Effect(name, Lock.SHARE_UPDATE_EXCLUSIVE if action.concurrently else Lock.SHARE)
        case a.Reindex(kind="index", name=a.Name() as name):
            index = schema.index(name)
            if index:
                yield Effect(index.table, Lock.SHARE_UPDATE_EXCLUSIVE if action.concurrently else Lock.SHARE)
        case a.Vacuum():
            lock = Lock.ACCESS_EXCLUSIVE if action.full else Lock.SHARE_UPDATE_EXCLUSIVE
            yield from (Effect(table, lock) for table in action.tables)
        case a.Cluster(table=a.Name() as table):
            yield Effect(table, Lock.ACCESS_EXCLUSIVE)
        case a.RefreshView():
            yield Effect(action.view, Lock.EXCLUSIVE if action.concurrently else Lock.ACCESS_EXCLUSIVE)
        case a.CreateView(replace=True):
            if schema.thing(a.ObjectKind.VIEW, action.view):
                yield Effect(action.view, Lock.ACCESS_EXCLUSIVE)
        case a.CreateTrigger():
            yield Effect(action.table, Lock.SHARE_ROW_EXCLUSIVE)
        case a.CreateObject(kind=a.ObjectKind.POLICY | a.ObjectKind.RULE, table=a.Name() as table):
            yield Effect(table, Lock.ACCESS_EXCLUSIVE)
        case a.Insert() | a.Update() | a.Delete():
            yield Effect(action.table, Lock.ROW_EXCLUSIVE)
        case a.CommentOn(kind=a.ObjectKind.TABLE | a.ObjectKind.COLUMN):
            yield Effect(action.name, Lock.SHARE_UPDATE_EXCLUSIVE)
        case a.DoBlock():
            for inner in action.inner:
                yield from _effects(inner.action, schema)


def _form_lock(action: a.AlterTable) -> Lock:
    if action.form in ("SetRelOptions", "ResetRelOptions"):
        strong = "user_catalog_table" in action.detail.split(",")
        return Lock.ACCESS_EXCLUSIVE if strong else Lock.SHARE_UPDATE_EXCLUSIVE
    return _WEAKER_FORMS.get(action.form, Lock.ACCESS_EXCLUSIVE)


def _referenced(constraints: tuple[a.ConstraintDefinition, ...]) -> Iterator[Effect]:
    for constraint in constraints:
        if constraint.references:
            yield Effect(constraint.references, Lock.SHARE_ROW_EXCLUSIVE)


def _add_constraint(table: a.Name, constraint: a.ConstraintDefinition) -> Iterator[Effect]:
    if constraint.kind is a.ConstraintKind.FOREIGN_KEY:
        yield Effect(table, Lock.SHARE_ROW_EXCLUSIVE)
        yield from _referenced((constraint,))
    else:
        yield Effect(table, Lock.ACCESS_EXCLUSIVE)


def _validate(action: a.ValidateConstraint, schema: Schema) -> Iterator[Effect]:
    yield Effect(action.table, Lock.SHARE_UPDATE_EXCLUSIVE)
    table = schema.table(action.table)
    made = table.constraints.get(action.constraint) if table else None
    if made and made.references:
        yield Effect(made.references, Lock.ROW_SHARE)


def _drop_constraint(action: a.DropConstraint, schema: Schema) -> Iterator[Effect]:
    yield Effect(action.table, Lock.ACCESS_EXCLUSIVE)
    table = schema.table(action.table)
    made = table.constraints.get(action.constraint) if table else None
    if made and made.references:
        yield Effect(made.references, Lock.ACCESS_EXCLUSIVE)


def _drop(action: a.Drop, schema: Schema) -> Iterator[Effect]:
    match action.kind:
        case a.ObjectKind.TABLE | a.ObjectKind.FOREIGN_TABLE:
            yield Effect(action.name, Lock.ACCESS_EXCLUSIVE)
            table = schema.table(action.name)
            if table is None:
                return
            if table.partition_of:
                yield Effect(table.partition_of, Lock.ACCESS_EXCLUSIVE)
            for made in table.constraints.values():
                if made.references and made.references != table.name:
                    yield Effect(made.references, Lock.ACCESS_EXCLUSIVE)
        case a.ObjectKind.INDEX:
            index = schema.index(action.name)
            if index:
                lock = Lock.SHARE_UPDATE_EXCLUSIVE if action.concurrently else Lock.ACCESS_EXCLUSIVE
                yield Effect(index.table, lock)
        case a.ObjectKind.VIEW | a.ObjectKind.MATERIALIZED_VIEW:
            yield Effect(action.name, Lock.ACCESS_EXCLUSIVE)
        case _ if action.table:
            yield Effect(action.table, Lock.ACCESS_EXCLUSIVE)


def _rename(action: a.Rename | a.SetSchema) -> Iterator[Effect]:
    table = action.table if isinstance(action, a.Rename) else None
    if action.kind in (a.ObjectKind.ENUM_VALUE, a.ObjectKind.ATTRIBUTE):
        return
    if table:
        yield Effect(table, Lock.ACCESS_EXCLUSIVE)
    elif action.kind in _TABLE_KINDS or action.kind in (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW):
        yield Effect(action.name, Lock.ACCESS_EXCLUSIVE)
