"""What making, validating and dropping constraints locks and reads."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.schema.model import Constraint, Index
from avion_lint.sql import actions as a
from avion_lint.sql.effects.locks import Effect, Lock, either
from avion_lint.sql.effects.nulls import may_be_null
from avion_lint.sql.effects.scope import Scope, on_index, on_indexes

_STRONG = Lock.ACCESS_EXCLUSIVE
_NEW_FOREIGN_KEYS = 18  # since then NOT VALID is allowed on partitioned tables, and the key's index is looked at
_INDEXED = (a.ConstraintKind.PRIMARY_KEY, a.ConstraintKind.UNIQUE, a.ConstraintKind.EXCLUSION)


def add_constraint(action: a.AddConstraint, scope: Scope) -> Iterator[Effect]:
    """ADD CONSTRAINT in all its kinds."""
    made = action.constraint
    checked = made.valid and made.enforced
    match made.kind:
        case a.ConstraintKind.FOREIGN_KEY:
            yield from _add_reference(action, scope, checked=checked)
        case a.ConstraintKind.CHECK:
            for name in scope.family(action.table, only=action.only):
                yield Effect(name, _STRONG, scan=checked and not scope.is_partitioned(name))
        case a.ConstraintKind.NOT_NULL:
            for name in scope.family(action.table, only=action.only):
                yield Effect(name, _STRONG, scan=_null_scan(scope, name, made) if checked else False)
        case _ if made.using_index:
            yield from _using_index(action, made.using_index, scope)
        case _:
            yield from _add_indexed(action, scope)


def _null_scan(scope: Scope, name: a.Name, made: a.ConstraintDefinition) -> bool | None:
    if scope.is_partitioned(name):
        return False
    return either(*(may_be_null(scope.table(name), column) for column in made.columns))


def _add_indexed(action: a.AddConstraint, scope: Scope) -> Iterator[Effect]:
    """UNIQUE, PRIMARY KEY and EXCLUDE build an index while everybody waits; before 18, writers of partitions."""
    lock = _STRONG if scope.version >= _NEW_FOREIGN_KEYS else Lock.SHARE
    for name in scope.family(action.table, only=not scope.is_partitioned(action.table)):
        whole = scope.is_partitioned(name)
        built = () if whole else (constraint_index(action, name, scope),)
        yield Effect(name, _STRONG if name == action.table else lock, scan=not whole, builds=built)


def constraint_index(action: a.AddConstraint, table: a.Name, scope: Scope) -> a.Name:
    """The index that the constraint brings, by its own name where it has one."""
    return a.Name(scope.resolve(table).schema, action.constraint.name or "")


def _using_index(action: a.AddConstraint, index_name: str, scope: Scope) -> Iterator[Effect]:
    index = scope.schema.index(a.Name(scope.resolve(action.table).schema, index_name))
    scan: bool | None = False
    if action.constraint.kind is a.ConstraintKind.PRIMARY_KEY:
        table = scope.table(action.table)
        scan = either(*(may_be_null(table, column) for column in index.columns if column)) if index else None
    yield Effect(action.table, _STRONG, scan=scan)
    if index:
        renamed = action.constraint.name not in (None, index_name)
        yield on_index(index, Lock.SHARE_UPDATE_EXCLUSIVE if renamed else Lock.ACCESS_SHARE)


# --- foreign keys ------------------------------------------------------------------------------------------------


def _add_reference(action: a.AddConstraint, scope: Scope, *, checked: bool) -> Iterator[Effect]:
    for name in scope.family(action.table, only=not scope.is_partitioned(action.table)):
        yield Effect(name, Lock.SHARE_ROW_EXCLUSIVE, scan=checked and not scope.is_partitioned(name))
    yield from referenced(scope, action.table, action.constraint, checked=checked)


def referenced(scope: Scope, table: a.Name, made: a.ConstraintDefinition, *, checked: bool) -> Iterator[Effect]:
    """The other side of a new foreign key: its writers wait, and both sides are read where rows are checked."""
    if made.references is None:
        return
    for name in scope.family(made.references):
        whole = scope.is_partitioned(name)
        yield Effect(name, Lock.SHARE_ROW_EXCLUSIVE, scan=checked and not whole)
        yield from _key_looked_at(scope, name, made, checked=checked)
    if checked:
        for name in scope.family(table):
            if not scope.is_partitioned(name):
                yield Effect(name, Lock.SHARE_ROW_EXCLUSIVE, scan=True)
                yield from on_indexes(scope.indexes(name), Lock.ACCESS_SHARE)


def _key_looked_at(scope: Scope, name: a.Name, made: a.ConstraintDefinition, *, checked: bool) -> Iterator[Effect]:
    if checked and not scope.is_partitioned(name):
        yield from on_indexes(scope.indexes(name), Lock.ACCESS_SHARE)
    elif scope.version >= _NEW_FOREIGN_KEYS:
        index = _key(scope, name, made.referenced_columns)
        if index:
            yield on_index(index, Lock.ACCESS_SHARE)


def _key(scope: Scope, name: a.Name, columns: tuple[str, ...]) -> Index | None:
    """The unique index on those columns; without columns that of the primary key."""
    table = scope.table(name)
    for made in table.constraints.values() if table and not columns else ():
        if made.kind is a.ConstraintKind.PRIMARY_KEY:
            columns = made.columns
    found = (index for index in scope.indexes(name) if index.unique and set(index.columns) == set(columns))
    return next(found, None)


# --- VALIDATE, DROP, ALTER -------------------------------------------------------------------------------------------


def validate(action: a.ValidateConstraint, scope: Scope) -> Iterator[Effect]:
    """VALIDATE CONSTRAINT reads all rows while reads and writes go on."""
    weak = Lock.SHARE_UPDATE_EXCLUSIVE
    made = _constraint(scope, action.table, action.constraint)
    if made and made.valid:
        yield Effect(action.table, weak)
        return
    for name in scope.family(action.table, only=action.only):
        known: bool | None = True if made else None
        yield Effect(name, weak, scan=False if scope.is_partitioned(name) else known)
        if made and made.references:
            yield from on_indexes(scope.indexes(name), Lock.ACCESS_SHARE)
    if made and made.references:
        for name in scope.family(made.references):
            yield Effect(name, Lock.ROW_SHARE, scan=not scope.is_partitioned(name))
            yield from on_indexes(scope.indexes(name), Lock.ACCESS_SHARE)


def _constraint(scope: Scope, table: a.Name, name: str) -> Constraint | None:
    known = scope.table(table)
    return known.constraints.get(name) if known else None


def enforcement(action: a.AlterTable, scope: Scope) -> Iterator[Effect]:
    """ALTER CONSTRAINT of a foreign key to ENFORCED, which checks all rows, or NOT ENFORCED."""
    made = _constraint(scope, action.table, action.detail)
    if made is None or made.references is None:
        return
    if action.form == "AlterConstraintNotEnforced":
        yield Effect(made.references, _STRONG)
        return
    yield Effect(action.table, _STRONG, scan=True)
    yield from on_indexes(scope.indexes(action.table), Lock.ACCESS_SHARE)
    yield Effect(made.references, Lock.SHARE_ROW_EXCLUSIVE, scan=True)
    yield from on_indexes(scope.indexes(made.references), Lock.ACCESS_SHARE)


def drop_constraint(action: a.DropConstraint, scope: Scope) -> Iterator[Effect]:
    """DROP CONSTRAINT: the other table of a foreign key, the index of a key, the foreign keys that CASCADE drops."""
    made = _constraint(scope, action.table, action.constraint)
    for name in scope.family(action.table, only=action.only):
        yield Effect(name, _STRONG)
    if made is None:
        return
    if made.references:
        yield Effect(made.references, _STRONG)
    if made.kind in _INDEXED:
        index = scope.schema.indexes.get(a.Name(scope.resolve(action.table).schema, made.name))
        yield from with_parts(scope, index, _STRONG)
    if action.cascade and made.kind in _INDEXED:
        for table, reference in scope.referring(action.table):
            if set(reference.referenced_columns or made.columns) == set(made.columns):
                yield Effect(table.name, _STRONG)


def with_parts(scope: Scope, index: Index | None, lock: Lock) -> Iterator[Effect]:
    """An index and those of the partitions that belong to it."""
    if index is None:
        return
    yield on_index(index, lock)
    for part in scope.schema.indexes.about(index.name):
        if part.part_of == index.name:
            yield from with_parts(scope, part, lock)
