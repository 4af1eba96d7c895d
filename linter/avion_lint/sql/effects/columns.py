"""What changes of columns lock, write anew and read."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.schema.model import Column, Constraint, Index, Table
from avion_lint.sql import actions as a
from avion_lint.sql.effects import types
from avion_lint.sql.effects.constraints import referenced
from avion_lint.sql.effects.drop import column_dependants
from avion_lint.sql.effects.locks import Effect, Lock, either
from avion_lint.sql.effects.nulls import may_be_null
from avion_lint.sql.effects.scope import Scope, on_index, on_indexes
from avion_lint.sql.volatility import is_volatile

_STRONG = Lock.ACCESS_EXCLUSIVE


def on_all(scope: Scope, table: a.Name, lock: Lock, *, only: bool = False) -> Iterator[Effect]:
    """The same lock on a table and all below it."""
    return (Effect(name, lock) for name in scope.family(table, only=only))


def rewritten(scope: Scope, name: a.Name, rewrite: bool | None, scan: bool | None = False) -> Iterator[Effect]:
    """One table locked against everybody; where it is written anew, its indexes are as well."""
    if scope.is_partitioned(name):
        yield Effect(name, _STRONG)
        return
    indexes = scope.indexes(name) if rewrite else ()
    yield Effect(name, _STRONG, rewrite, either(scan, rewrite), builds=tuple(index.name for index in indexes))
    yield from on_indexes(indexes, _STRONG, rewrite=True)


# --- ADD COLUMN ------------------------------------------------------------------------------------------------


def add_column(action: a.AddColumn, scope: Scope) -> Iterator[Effect]:
    """ADD COLUMN: one look at the default, the type and the constraints tells what is written and read."""
    table = scope.table(action.table)
    if action.if_not_exists and table and action.column.name in table.columns:
        yield from on_all(scope, action.table, _STRONG, only=action.only)
        return
    rewrite = _fills(action.column, scope)
    kinds = {made.kind for made in action.column.constraints if made.valid}
    reads = bool(kinds & {a.ConstraintKind.CHECK, a.ConstraintKind.UNIQUE, a.ConstraintKind.PRIMARY_KEY})
    for name in scope.family(action.table, only=action.only):
        yield from rewritten(scope, name, rewrite, reads)
    for made in action.column.constraints:
        if made.references:
            filled = action.column.default is not None
            yield from referenced(scope, action.table, made, checked=filled)


def _fills(column: a.ColumnDefinition, scope: Scope) -> bool | None:
    """Whether every row is written anew to hold the column."""
    if column.identity or column.generated == "stored" or column.type.name in types.SERIALS:
        return True
    if column.generated == "virtual":
        return False
    default = column.default
    if default is None and scope.version > 12:  # noqa: PLR2004 - PostgreSQL 12 evaluates a domain's default once
        default = types.default_of(column.type, scope.schema)
    return either(is_volatile(default, scope.schema), types.is_constrained(column.type, scope.schema))


# --- DROP COLUMN, NOT NULL ---------------------------------------------------------------------------------------


def drop_column(action: a.DropColumn, scope: Scope) -> Iterator[Effect]:
    """DROP COLUMN, with the indexes, sequences and references that go with it."""
    for name in scope.family(action.table, only=action.only):
        yield Effect(name, _STRONG)
        yield from on_indexes((each for each in scope.indexes(name) if action.column in each.uses), _STRONG)
        table = scope.table(name)
        column = table.columns.get(action.column) if table else None
        if column and column.sequence:
            yield Effect(column.sequence, _STRONG, part_of=name)
        for made in scope.references(name):
            if action.column in made.columns and made.references:
                yield Effect(made.references, _STRONG)
    if action.cascade:
        yield from column_dependants(scope, action.table, action.column)


def set_not_null(action: a.SetNotNull, scope: Scope) -> Iterator[Effect]:
    """SET NOT NULL reads all rows, unless a valid constraint shows that none is NULL."""
    for name in scope.family(action.table, only=action.only):
        scan = False if scope.is_partitioned(name) else may_be_null(scope.table(name), action.column)
        yield Effect(name, _STRONG, scan=scan)


# --- TYPE ------------------------------------------------------------------------------------------------------------


def column_type(action: a.AlterColumnType, scope: Scope) -> Iterator[Effect]:
    """ALTER COLUMN … TYPE: the table where the bytes change, else its indexes and checks where they must."""
    for name in scope.family(action.table, only=action.only):
        yield from _typed(action, name, scope)


def _typed(action: a.AlterColumnType, name: a.Name, scope: Scope) -> Iterator[Effect]:
    table = scope.table(name)
    column = table.columns.get(action.column) if table else None
    rewrite = types.changes_bytes(column.type if column else None, action.type, action.using, scope.schema)
    indexes = [index for index in scope.indexes(name) if action.column in index.uses]
    again = [_must_be_built(index, action, column, scope) for index in indexes]
    checked = _checked_again(table, action.column) if table else None
    if scope.is_partitioned(name):
        rewrite, checked, again = False, False, [False for _ in indexes]
    yield from rewritten(scope, name, rewrite, either(checked, *again))
    for index, built in zip(indexes, again, strict=True):
        yield on_index(index, _STRONG, rewrite=either(rewrite, built))
        if built:
            yield Effect(name, _STRONG, builds=(index.name,))
    if column:
        yield from _sequence(column, name, scope)
    yield from _references(action, name, rewrite, scope)


def _must_be_built(index: Index, action: a.AlterColumnType, column: Column | None, scope: Scope) -> bool | None:
    """Whether an index on the column must be built anew though the table is not."""
    if index.partial or None in index.columns:
        return True
    if column is None or column.type is None:
        return None
    if column.collation != action.collation:
        return True
    same = types.same_order(column.type, action.type, scope.schema)
    return None if same is None else not same


def _checked_again(table: Table, column: str) -> bool:
    checks = (made for made in table.constraints.values() if made.kind is a.ConstraintKind.CHECK)
    return any(made.valid and made.enforced and column in made.columns for made in checks)


def _sequence(column: Column, name: a.Name, scope: Scope) -> Iterator[Effect]:
    if column.sequence and column.identity:
        yield Effect(column.sequence, Lock.SHARE_ROW_EXCLUSIVE, part_of=name)
    elif column.sequence and scope.version >= 18:  # noqa: PLR2004 - the version is the fact
        yield Effect(column.sequence, Lock.ACCESS_SHARE, part_of=name)


def _references(action: a.AlterColumnType, name: a.Name, rewrite: bool | None, scope: Scope) -> Iterator[Effect]:
    """Foreign keys over the column are made anew, from either side; checked again where the bytes change."""
    for made in scope.references(name):
        if made.references and action.column in made.columns:
            yield Effect(made.references, _STRONG, scan=rewrite if made.valid else False)
            yield from _key_read(made, scope, rewrite)
    for table, made in scope.referring(name):
        index = scope.key_index(made)
        if index and action.column in index.columns:
            yield Effect(table.name, _STRONG, scan=rewrite if made.valid else False)
            if rewrite:
                yield from on_indexes(scope.indexes(table.name), Lock.ACCESS_SHARE)


def _key_read(made: Constraint, scope: Scope, rewrite: bool | None) -> Iterator[Effect]:
    index = scope.key_index(made)
    if index and (rewrite or scope.version >= 18):  # noqa: PLR2004 - the version is the fact
        yield on_index(index, Lock.ACCESS_SHARE)
