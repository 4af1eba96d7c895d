"""Statements that fail because a name is taken already, or because they name one thing twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.sql import actions as a
from avion_lint.sql.effects.legality import Failure
from avion_lint.sql.effects.scope import Scope

_COLUMN = "42701"  # duplicate_column
_RELATION = "42P07"  # duplicate_table
_OBJECT = "42710"  # duplicate_object
_STATE = "55000"  # object_not_in_prerequisite_state
_DEFINITION = "42P16"  # invalid_table_definition
_KEYS = (a.ConstraintKind.PRIMARY_KEY, a.ConstraintKind.UNIQUE)


def taken(action: a.Action, scope: Scope, beside: tuple[a.Action, ...]) -> Failure | None:
    """The failure for a name that is taken; None where it is free or not known, or where IF NOT EXISTS asks."""
    if getattr(action, "if_not_exists", False):
        return None
    match action:
        case a.CreateTable():
            return _table(action, scope)
        case a.AddColumn():
            return _column(action.table, action.column.name, scope, beside)
        case a.Rename(kind=a.ObjectKind.COLUMN, table=a.Name() as table, new_name=name):
            return _column(table, name, scope, beside)
        case a.CreateIndex(index=str() as name):
            return _index(action, name, scope)
        case a.AddConstraint():
            return _constraint(action, scope, beside)
        case a.AlterTable(form="AddIdentity", detail=name):
            return _identity(action.table, name, scope)
        case a.CreateType(values=tuple()):
            made = scope.schema.thing(a.ObjectKind.TYPE, action.type)
            return Failure(_OBJECT, f"there is a type {action.type} already") if made and made.origin else None
    return None


def _table(action: a.CreateTable, scope: Scope) -> Failure | None:
    known = scope.table(action.table)
    same = known is not None and known.temporary == action.temporary
    if known and known.origin and same and (known.temporary or _is_meant(action.table, known.name, scope)):
        return Failure(_RELATION, f"there is a table {action.table} already")
    names = [column.name for column in action.columns]
    twice = _twice(names)
    if twice and not action.partition_of:
        return Failure(_COLUMN, f"the column {twice} is named twice")
    constraints = [*(made for column in action.columns for made in column.constraints), *action.constraints]
    primary = [made for made in constraints if made.kind is a.ConstraintKind.PRIMARY_KEY]
    if len(primary) > 1:
        return Failure(_DEFINITION, f"{action.table} would have {len(primary)} primary keys")
    return next(_repeating(constraints), None)


def _is_meant(name: a.Name, known: a.Name, scope: Scope) -> bool:
    """Whether a table made under that name would be the known one, not one in an earlier schema of the path."""
    return name.schema is not None or scope.schema.search_path[:1] == (known.schema,)


def _column(table: a.Name, name: str, scope: Scope, beside: tuple[a.Action, ...]) -> Failure | None:
    known = scope.table(table)
    if known is None or name not in known.columns or known.columns[name].origin is None:
        return None
    if any(isinstance(each, a.DropColumn) and each.column == name for each in beside):
        return None
    return Failure(_COLUMN, f"{table} has a column {name} already")


def _index(action: a.CreateIndex, name: str, scope: Scope) -> Failure | None:
    table = scope.table(action.table)
    if table is None:
        return None
    known = scope.schema.indexes.get(a.Name(table.name.schema, name))
    if known is None or known.origin is None:
        return None
    return Failure(_RELATION, f"there is an index {name} already, on {known.table}")


def _constraint(action: a.AddConstraint, scope: Scope, beside: tuple[a.Action, ...]) -> Failure | None:
    made = action.constraint
    twice = next(_repeating((made,)), None)
    table = scope.table(action.table)
    known = table.constraints.get(made.name) if table and made.name else None
    if known is None or known.origin is None or made.using_index:
        return twice
    if any(isinstance(each, a.DropConstraint) and each.constraint == made.name for each in beside):
        return twice
    state = _RELATION if made.kind in _KEYS and known.kind in _KEYS else _OBJECT
    return Failure(state, f"{action.table} has a constraint {made.name} already")


def _repeating(constraints: Iterable[a.ConstraintDefinition]) -> Iterator[Failure]:
    for made in constraints:
        twice = _twice(made.columns) if made.kind in _KEYS else None
        if twice:
            yield Failure(_COLUMN, f"the {made.kind} constraint names the column {twice} twice")


def _identity(table: a.Name, name: str, scope: Scope) -> Failure | None:
    """A column that cannot become an identity: it has a default or is one already, or may be NULL."""
    known = scope.table(table)
    column = known.columns.get(name) if known else None
    if column is None or column.origin is None:
        return None
    if column.identity:
        return Failure(_STATE, f"{table}.{name} is an identity column already")
    if column.default is not None:
        return Failure(_STATE, f"{table}.{name} has a default already")
    return None if column.not_null else Failure(_STATE, f"{table}.{name} is not declared NOT NULL")


def _twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
