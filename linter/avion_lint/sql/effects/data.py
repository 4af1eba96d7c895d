"""What queries, changes of rows and maintenance lock and read."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.sql import actions as a
from avion_lint.sql.effects.columns import rewritten
from avion_lint.sql.effects.locks import Effect, Lock
from avion_lint.sql.effects.scope import Scope, on_index, on_indexes, planned

_STRONG = Lock.ACCESS_EXCLUSIVE
_SUE = Lock.SHARE_UPDATE_EXCLUSIVE
_ROWS = Lock.ROW_EXCLUSIVE


def insert(action: a.Insert, scope: Scope) -> Iterator[Effect]:
    """INSERT and COPY FROM; a foreign key looks at the other table's key."""
    yield Effect(action.table, _ROWS)
    for made in scope.references(action.table):
        if made.references:
            yield from planned(scope, made.references, Lock.ROW_SHARE, scan=False)
    for name in action.reads:
        yield from planned(scope, name, Lock.ACCESS_SHARE)


def change(action: a.Update | a.Delete, scope: Scope) -> Iterator[Effect]:
    """UPDATE and DELETE, with the foreign keys of either side that they touch."""
    yield from planned(scope, action.table, _ROWS, scan=True if action.whole else None)
    for name in action.reads:
        yield from planned(scope, name, Lock.ACCESS_SHARE)
    written = action.columns if isinstance(action, a.Update) else ()
    for made in scope.references(action.table):
        if made.references and set(made.columns) & set(written):
            yield from planned(scope, made.references, Lock.ROW_SHARE, scan=False)
    for table, made in scope.referring(action.table):
        index = scope.key_index(made)
        if isinstance(action, a.Delete) or (index and set(index.columns) & set(written)):
            yield from planned(scope, table.name, Lock.ROW_SHARE)


def lock_table(action: a.LockTable, scope: Scope) -> Iterator[Effect]:
    """LOCK TABLE; of a view the tables under it as well."""
    for table in action.tables:
        yield from (Effect(name, Lock(action.mode)) for name in scope.family(table, only=action.only))
        view = scope.view(table)
        yield from (Effect(name, Lock(action.mode)) for name in (view.reads if view else ()))


def reindex(action: a.Reindex, scope: Scope) -> Iterator[Effect]:
    """REINDEX of an index, a table, a schema or all."""
    if action.kind == "index" and action.name:
        index = scope.schema.index(action.name)
        parts = [each for each in scope.schema.indexes.about(index.name) if each.part_of == index.name] if index else []
        for each in (index, *parts) if index else ():
            yield from _built(each.table, scope, (each.name,), concurrently=action.concurrently)
    elif action.kind == "table" and action.name:
        follow = scope.is_partitioned(action.name) and scope.version >= 14  # noqa: PLR2004 - the version is the fact
        for name in scope.family(action.name, only=not follow):
            yield from _built(name, scope, None, concurrently=action.concurrently)
            if name != action.name:
                yield Effect(name, Lock.SHARE)  # for a moment, while the partitions are looked up
    else:
        for name in scope.everything():
            if action.kind != "schema" or action.name is None or name.schema == action.name.name:
                yield from _built(name, scope, None, concurrently=action.concurrently)


def _built(table: a.Name, scope: Scope, chosen: tuple[a.Name, ...] | None, *, concurrently: bool) -> Iterator[Effect]:
    whole = scope.is_partitioned(table)
    indexes = [each for each in scope.indexes(table) if chosen is None or each.name in chosen]
    lock = _SUE if concurrently else Lock.SHARE
    built = () if whole else tuple(each.name for each in indexes)
    yield Effect(table, lock, scan=bool(indexes) and not whole, builds=built)
    for index in indexes if not whole else ():
        yield on_index(index, _SUE if concurrently else _STRONG, rewrite=True)


def vacuum(action: a.Vacuum, scope: Scope) -> Iterator[Effect]:
    """VACUUM and ANALYZE of tables, or of all."""
    for given in action.tables or tuple(scope.everything()):
        for name in scope.family(given, only=not scope.is_partitioned(given)):
            if action.full:
                yield from rewritten(scope, name, rewrite=True)
                continue
            yield Effect(name, _SUE)
            if not scope.is_partitioned(name):
                yield from on_indexes(scope.indexes(name), Lock.ACCESS_SHARE if action.analyze_only else _ROWS)


def cluster(action: a.Cluster, scope: Scope) -> Iterator[Effect]:
    """CLUSTER of a table; without one it goes over those that were clustered before, which nobody knows."""
    if action.table:
        for name in scope.family(action.table, only=not scope.is_partitioned(action.table)):
            yield from rewritten(scope, name, rewrite=True)


def command(action: a.Command, scope: Scope) -> Iterator[Effect]:
    """Queries, GRANT, and commands that lock what they name."""
    match action.words:
        case "SELECT":
            for name in action.relations:
                yield from planned(scope, name, Lock.ROW_SHARE if name in action.locked else Lock.ACCESS_SHARE)
        case "MERGE":
            for name in action.relations:
                yield from planned(scope, name, _ROWS if name in action.locked else Lock.ACCESS_SHARE)
        case "COPY TO":
            yield from (Effect(name, Lock.ACCESS_SHARE, scan=None) for name in action.relations)
        case "GRANT" | "REVOKE" if scope.version >= 18:  # noqa: PLR2004 - the version is the fact
            yield from (Effect(name, Lock.ACCESS_SHARE) for name in action.relations)
        case "ALTER POLICY":
            yield from (Effect(name, _STRONG) for name in action.relations)
        case "ALTER PUBLICATION":
            yield from (Effect(name, _SUE) for name in action.relations)


def comment(action: a.CommentOn, scope: Scope) -> Iterator[Effect]:
    """COMMENT ON a relation, a column, or what belongs to a table."""
    match action.kind:
        case (
            a.ObjectKind.TABLE | a.ObjectKind.COLUMN | a.ObjectKind.VIEW | a.ObjectKind.MATERIALIZED_VIEW
            | a.ObjectKind.SEQUENCE | a.ObjectKind.FOREIGN_TABLE
        ):  # fmt: skip
            yield Effect(action.name, _SUE)
        case a.ObjectKind.INDEX:
            index = scope.schema.index(action.name)
            yield Effect(action.name, _SUE, part_of=index.table if index else None)
        case a.ObjectKind.CONSTRAINT if action.column:
            yield Effect(action.name, Lock.ACCESS_SHARE)
        case a.ObjectKind.TRIGGER | a.ObjectKind.POLICY | a.ObjectKind.RULE:
            if action.name.schema:
                yield Effect(a.Name(None, action.name.schema), Lock.ACCESS_SHARE)
