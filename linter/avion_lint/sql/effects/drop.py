"""What DROP and TRUNCATE lock: the object, what goes with it, and what CASCADE takes along."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.schema.model import Table
from avion_lint.sql import actions as a
from avion_lint.sql.effects.constraints import with_parts
from avion_lint.sql.effects.locks import Effect, Lock
from avion_lint.sql.effects.scope import VIEWS, Scope, on_indexes, using_type

_STRONG = Lock.ACCESS_EXCLUSIVE
_TABLES = {a.ObjectKind.TABLE, a.ObjectKind.FOREIGN_TABLE}


def drop(action: a.Drop, scope: Scope) -> Iterator[Effect]:
    """DROP of one object."""
    if action.table and action.if_exists and _is_missing(action, action.table, scope):
        return
    match action.kind:
        case kind if kind in _TABLES:
            yield Effect(action.name, _STRONG)
            yield from drop_table(action.name, scope, cascade=action.cascade)
        case a.ObjectKind.INDEX:
            yield from _drop_index(action, scope)
        case kind if kind in VIEWS:
            yield from _drop_view(action.name, scope)
            if action.cascade:
                yield from _views(action.name, scope)
        case a.ObjectKind.TRIGGER if action.table:
            yield from (Effect(name, _STRONG) for name in scope.family(action.table))
        case a.ObjectKind.SEQUENCE:
            yield Effect(action.name, _STRONG)
            yield from (Effect(table.name, _STRONG) for table in _owners(action, scope) if action.cascade)
        case a.ObjectKind.TYPE | a.ObjectKind.DOMAIN if action.cascade:
            made = scope.schema.thing(action.kind, action.name)
            yield from (Effect(table.name, _STRONG) for table in (using_type(made.name, scope) if made else ()))
        case a.ObjectKind.SCHEMA if action.cascade:
            for table in [each for each in scope.schema.tables if each.schema == action.name.name]:
                yield Effect(table, _STRONG)
                yield from drop_table(table, scope, cascade=True)
        case a.ObjectKind.STATISTICS:
            made = scope.schema.thing(action.kind, action.name)
            yield from (Effect(table, Lock.SHARE_UPDATE_EXCLUSIVE) for table in (made.tables if made else ()))
        case _ if action.table:
            yield Effect(action.table, _STRONG)


def _is_missing(action: a.Drop, table: a.Name, scope: Scope) -> bool:
    """Whether a trigger, policy or rule is known not to be there: then its table is not even locked."""
    known = scope.table(table)
    if known is None or known.origin is None or scope.schema.doubt(table):
        return False
    return scope.schema.thing(action.kind, action.name, table) is None


def _owners(action: a.Drop, scope: Scope) -> list[Table]:
    own = scope.resolve(action.name)
    return [
        table
        for table in scope.schema.tables.values()
        if any(column.sequence == own for column in table.columns.values())
    ]


def drop_table(name: a.Name, scope: Scope, *, cascade: bool) -> Iterator[Effect]:
    """What goes with a table: indexes, sequences, partitions; and what points to it or stands above it is locked."""
    table = scope.table(name)
    if table is None:
        return
    if table.partition_of:
        yield Effect(table.partition_of, _STRONG)
        default = scope.default_partition(table.partition_of)
        yield from [Effect(default.name, _STRONG)] if default else []
    yield from on_indexes(scope.indexes(name), _STRONG)
    for column in table.columns.values():
        if column.sequence:
            yield Effect(column.sequence, _STRONG, part_of=table.name)
    for made in scope.references(name):
        if made.references:
            yield Effect(made.references, _STRONG)
    for child in scope.schema.children(name) if table.partitioned or cascade else ():
        yield Effect(child.name, _STRONG)
        yield from on_indexes(scope.indexes(child.name), _STRONG)
    if cascade:
        yield from (Effect(other.name, _STRONG) for other, _ in scope.referring(name))
        yield from _views(name, scope)


def _drop_view(name: a.Name, scope: Scope) -> Iterator[Effect]:
    yield Effect(name, _STRONG)
    yield from on_indexes(scope.indexes(name), _STRONG)


def _views(name: a.Name, scope: Scope, column: str | None = None) -> Iterator[Effect]:
    for view in scope.views_over(name, column):
        yield from _drop_view(view.name, scope)


def column_dependants(scope: Scope, table: a.Name, column: str) -> Iterator[Effect]:
    """What CASCADE takes along with a column: views over it, foreign keys to it."""
    yield from _views(table, scope, column)
    for other, made in scope.referring(table):
        index = scope.key_index(made)
        if index and column in index.columns:
            yield Effect(other.name, _STRONG)


def _drop_index(action: a.Drop, scope: Scope) -> Iterator[Effect]:
    index = scope.schema.index(action.name)
    if index is None:
        return
    lock = Lock.SHARE_UPDATE_EXCLUSIVE if action.concurrently else _STRONG
    for effect in with_parts(scope, index, lock):
        yield Effect(effect.part_of or index.table, lock)
        yield effect


def truncate(action: a.Truncate, scope: Scope) -> Iterator[Effect]:
    """TRUNCATE empties tables, what is below them and, with CASCADE, what refers to them: new files for all."""
    pending = [name for table in action.tables for name in scope.family(table, only=action.only)]
    done: set[a.Name] = set()
    while pending:
        name = pending.pop(0)
        if scope.resolve(name) in done:
            continue
        done.add(scope.resolve(name))
        yield from _emptied(name, scope, restart=action.restart)
        if action.cascade:
            pending.extend(table.name for table, _ in scope.referring(name))


def _emptied(name: a.Name, scope: Scope, *, restart: bool) -> Iterator[Effect]:
    written = not scope.is_partitioned(name)
    yield Effect(name, _STRONG, rewrite=written)
    yield from on_indexes(scope.indexes(name), _STRONG, rewrite=True) if written else ()
    table = scope.table(name)
    for column in table.columns.values() if table and restart else ():
        if column.sequence:
            yield Effect(column.sequence, _STRONG, part_of=name)
    if table and table.partition_of and scope.version < 14:  # noqa: PLR2004 - the version is the fact
        yield Effect(table.partition_of, Lock.ACCESS_SHARE)
