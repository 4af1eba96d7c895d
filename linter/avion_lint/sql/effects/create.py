"""What CREATE locks among the relations that are there already."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.schema.model import Index
from avion_lint.sql import actions as a
from avion_lint.sql.effects.constraints import referenced
from avion_lint.sql.effects.locks import Effect, Lock
from avion_lint.sql.effects.scope import Scope, on_index, on_indexes, planned

_STRONG = Lock.ACCESS_EXCLUSIVE
_SUE = Lock.SHARE_UPDATE_EXCLUSIVE
_SRE = Lock.SHARE_ROW_EXCLUSIVE
_READ = Lock.ACCESS_SHARE


def create_table(action: a.CreateTable, scope: Scope) -> Iterator[Effect]:
    """CREATE TABLE: parents, referenced tables, what a query reads; nothing where the table is there already."""
    if action.if_not_exists and scope.table(action.table):
        return
    if action.partition_of:
        yield from _new_partition(action.partition_of, scope)
    in_columns = tuple(made for column in action.columns for made in column.constraints)
    for made in (*in_columns, *action.constraints):
        if made.references and made.references.name != action.table.name:
            yield from referenced(scope, action.table, made, checked=False)
    yield from (Effect(name, _SUE) for name in action.inherits)
    yield from (Effect(name, _READ) for name in action.like)
    for name in action.reads:
        yield from planned(scope, name, _READ, scan=None)


def _new_partition(parent: a.Name, scope: Scope) -> Iterator[Effect]:
    yield Effect(parent, _STRONG)
    yield from on_indexes(scope.indexes(parent), _SUE)
    default = scope.default_partition(parent)
    if default:
        yield Effect(default.name, _STRONG, scan=None if default.constraints else True)
    yield from handed_references(parent, scope)
    for table, _ in scope.referring(parent):
        yield Effect(table.name, _SRE if scope.version >= 15 else _READ)  # noqa: PLR2004 - the version is the fact


def handed_references(parent: a.Name, scope: Scope) -> Iterator[Effect]:
    """Tables that a partitioned table refers to, and with it every new partition."""
    for made in scope.references(parent):
        if made.references:
            yield Effect(made.references, _SRE)
            index = scope.key_index(made)
            if index and scope.version >= 18:  # noqa: PLR2004 - the version is the fact
                yield on_index(index, _READ)


def create_index(action: a.CreateIndex, scope: Scope) -> Iterator[Effect]:
    """CREATE INDEX: writers wait while the rows are read; on a partitioned table those of all partitions."""
    lock = _SUE if action.concurrently else Lock.SHARE
    name = a.Name(scope.resolve(action.table).schema, action.index or "")
    exists = action.if_not_exists and action.index is not None and scope.schema.index(name) is not None
    if exists or (scope.is_partitioned(action.table) and (action.only or action.concurrently)):
        yield Effect(action.table, lock)
        return
    for table in scope.family(action.table, only=not scope.is_partitioned(action.table)):
        like = _like(action, table, scope) if table != action.table else None
        whole = scope.is_partitioned(table)
        built = () if whole or like else (name if table == action.table else a.Name(table.schema, ""),)
        yield Effect(table, lock, scan=not whole and like is None, builds=built)
        if like:
            yield on_index(like, lock)


def _like(action: a.CreateIndex, table: a.Name, scope: Scope) -> Index | None:
    """A partition's own index that can serve as its part of the new one."""
    wanted = (action.columns, action.unique, action.partial, action.method)
    found = (
        index
        for index in scope.indexes(table)
        if None not in index.columns
        and index.part_of is None
        and (index.columns, index.unique, index.partial, index.method) == wanted
    )
    return next(found, None)


def create_view(action: a.CreateView, scope: Scope) -> Iterator[Effect]:
    """CREATE VIEW; a materialized one runs its query."""
    old = scope.view(action.view)
    if action.replace and old:
        yield Effect(action.view, _STRONG)
    if action.if_not_exists and old:
        return
    for name in action.reads:
        if action.materialized and action.with_data:
            yield from planned(scope, name, _READ)
        else:
            yield Effect(name, _READ)


def refresh(action: a.RefreshView, scope: Scope) -> Iterator[Effect]:
    """REFRESH MATERIALIZED VIEW: a new file, or with CONCURRENTLY changes row by row."""
    view = scope.view(action.view)
    indexes = scope.indexes(action.view)
    if action.concurrently:
        yield Effect(action.view, Lock.EXCLUSIVE, scan=True)
        yield from on_indexes(indexes, Lock.ROW_EXCLUSIVE)
    else:
        yield Effect(
            action.view, _STRONG, rewrite=True, scan=action.with_data, builds=tuple(each.name for each in indexes)
        )
        yield from on_indexes(indexes, _STRONG, rewrite=True)
    for name in view.reads if view and action.with_data else ():
        yield from planned(scope, name, _READ)


def create_trigger(action: a.CreateTrigger, scope: Scope) -> Iterator[Effect]:
    """CREATE TRIGGER; one for each row of a partitioned table is made on all partitions."""
    rows = action.row and scope.is_partitioned(action.table)
    yield from (Effect(name, _SRE) for name in scope.family(action.table, only=not rows))
    if action.other:
        yield Effect(action.other, _READ)


def create_object(action: a.CreateObject) -> Iterator[Effect]:
    """CREATE of a policy, a rule, statistics, a publication, a sequence."""
    if action.kind in (a.ObjectKind.POLICY, a.ObjectKind.RULE) and action.table:
        yield Effect(action.table, _STRONG)
    yield from (Effect(name, _SUE) for name in action.tables)
    if action.owned_by:
        yield Effect(action.owned_by, _READ)
