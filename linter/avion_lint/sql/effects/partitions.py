"""What ATTACH and DETACH PARTITION lock and read."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.schema.model import Constraint, Table
from avion_lint.sql import actions as a
from avion_lint.sql.effects.constraints import with_parts
from avion_lint.sql.effects.create import handed_references
from avion_lint.sql.effects.locks import Effect, Lock, either
from avion_lint.sql.effects.nulls import may_be_null
from avion_lint.sql.effects.scope import Scope, on_index, on_indexes

_STRONG = Lock.ACCESS_EXCLUSIVE
_SUE = Lock.SHARE_UPDATE_EXCLUSIVE


def attach_index(action: a.AttachPartition, scope: Scope) -> Iterator[Effect]:
    """ALTER INDEX … ATTACH PARTITION: the partition's index, and with it the partition, waits for nobody long."""
    for name, lock in ((action.table, _SUE), (action.partition, _STRONG)):
        index = scope.schema.index(name)
        yield Effect(name, lock, part_of=index.table if index else None)
        if index:
            yield Effect(index.table, Lock.ACCESS_SHARE)


def attach(action: a.AttachPartition, scope: Scope) -> Iterator[Effect]:
    """ATTACH PARTITION: the new partition is read, unless a CHECK shows that its rows fit; the default one as well."""
    parent = scope.table(action.table)
    yield Effect(action.table, _SUE)
    yield from on_indexes(scope.indexes(action.table), _SUE)
    child = scope.table(action.partition)
    scan = either(_bound_is_checked(action, parent, child, scope), _misses_index(action, scope))
    for name in scope.family(action.partition):
        yield Effect(name, _STRONG, scan=False if scope.is_partitioned(name) else scan)
    yield from _given_references(action, scope)
    default = scope.default_partition(action.table)
    if default and not action.default_partition:
        yield Effect(default.name, _STRONG, scan=None if default.constraints else True)


def _misses_index(action: a.AttachPartition, scope: Scope) -> bool | None:
    """Whether an index of the partitioned table must be built on the new partition."""
    own = [(each.columns, each.unique) for each in scope.indexes(action.partition) if not each.partial]
    child = scope.table(action.partition)
    missing = any((each.columns, each.unique) not in own for each in scope.indexes(action.table))
    return None if missing and (child is None or child.origin is None) else missing


def _given_references(action: a.AttachPartition, scope: Scope) -> Iterator[Effect]:
    """Foreign keys that the partition takes over: its own are merged, others are made and checked."""
    child = scope.table(action.partition)
    own = {(made.columns, made.references) for made in child.constraints.values()} if child else set()
    for made in scope.references(action.table):
        if made.references is None:
            continue
        if (made.columns, made.references) in own:
            yield Effect(made.references, _STRONG)
            continue
        yield from handed_references(action.table, scope)
        yield Effect(made.references, Lock.SHARE_ROW_EXCLUSIVE, scan=True)
        index = scope.key_index(made)
        yield from [on_index(index, Lock.ACCESS_SHARE)] if index else []
        yield Effect(action.partition, _STRONG, scan=True)


def detach(action: a.DetachPartition, scope: Scope) -> Iterator[Effect]:
    """DETACH PARTITION: the default partition, its own indexes and the tables that it refers to are locked as well."""
    if action.concurrently:
        yield Effect(action.table, _SUE)
        yield Effect(action.partition, _STRONG)
        return
    yield Effect(action.table, _STRONG)
    yield Effect(action.partition, _STRONG if scope.version >= 14 else _SUE)  # noqa: PLR2004 - the version is the fact
    for index in scope.indexes(action.partition):
        if index.part_of:
            yield from with_parts(scope, index, _STRONG)
    default = scope.default_partition(action.table)
    if default:
        yield Effect(default.name, _STRONG)
    for made in scope.references(action.table):
        if made.references:
            yield Effect(made.references, Lock.SHARE_ROW_EXCLUSIVE)


# --- whether a CHECK shows that all rows are within the bound -----------------------------------------------------


def _bound_is_checked(
    action: a.AttachPartition, parent: Table | None, child: Table | None, scope: Scope
) -> bool | None:
    """Whether the rows must be read to see that they fit; None where that cannot be told."""
    if action.default_partition:
        others = scope.partitions(action.table)
        return None if others or parent is None or parent.origin is None else False
    if child is None or parent is None:
        return None
    checks = [made for made in child.constraints.values() if made.kind is a.ConstraintKind.CHECK and made.valid]
    if not checks and child.origin is not None:
        return True
    key = parent.partition_key
    if action.bound is None or len(key) != 1 or key[0] is None:
        return None
    column = key[0]
    terms = [term for made in checks for term in made.terms if term.column == column]
    shown = _within(terms, action.bound) and may_be_null(child, column) is False
    if shown:
        return False
    if action.bound.strategy == "list" and None not in action.bound.values and terms:
        return None
    return None if any(_is_more(made, column) for made in checks) else child.origin is not None or None


def _is_more(made: Constraint, column: str) -> bool:
    """Whether a CHECK on the column may say more than its terms tell."""
    return column in made.columns


def _within(terms: list[a.Term], bound: a.Bound) -> bool:
    if bound.strategy != "range":
        return False
    low, high = (side[0] if side else None for side in (bound.lower, bound.upper))
    return _limited(terms, low, (">", ">=", "=")) and _limited(terms, high, ("<", "="), strict=True)


def _limited(terms: list[a.Term], limit: str | None, operators: tuple[str, ...], *, strict: bool = False) -> bool:
    """Whether a term keeps the column on the right side of a limit; no limit is kept by all."""
    if limit is None:
        return True
    return any(
        (term.operator in operators and _beyond(term, limit, upper=strict))
        or (strict and term.operator == "<=" and _below(term.value, limit))
        for term in terms
    )


def _beyond(term: a.Term, limit: str, *, upper: bool) -> bool:
    if term.value == limit:
        return term.operator != "=" or not upper
    return _below(term.value, limit) if upper else _below(limit, term.value)


def _below(one: str, other: str) -> bool:
    """Whether a number is smaller than another; constants that are no numbers are not compared."""
    from decimal import Decimal, InvalidOperation  # noqa: PLC0415 - few attach a partition beside a CHECK

    try:
        return Decimal(one) < Decimal(other)
    except InvalidOperation:
        return False
