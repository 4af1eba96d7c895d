"""Statements that fail because something else needs what they drop or change."""

from __future__ import annotations

from collections.abc import Container, Iterator

from avion_lint.schema.model import Index, Table
from avion_lint.sql import actions as a
from avion_lint.sql.effects.legality import Failure
from avion_lint.sql.effects.scope import VIEWS, Scope, using_type

_NEEDED = "2BP01"  # dependent_objects_still_exist
_NOT_SUPPORTED = "0A000"
_SYNTAX = "42601"
_TABLES = {a.ObjectKind.TABLE, a.ObjectKind.FOREIGN_TABLE}
_KEYS = {a.ConstraintKind.PRIMARY_KEY, a.ConstraintKind.UNIQUE}
_GENERATED_NEEDS = 15  # since then DROP COLUMN minds what is generated from the column, and the SQLSTATE is another


def depended_on(action: a.Action, scope: Scope, beside: tuple[a.Action, ...]) -> Failure | None:
    """The failure for what other objects need; None where CASCADE or nothing is in the way."""
    match action:
        case a.AlterColumnType():
            return _type_used(action, scope)
        case a.DropColumn(cascade=False):
            return _needed(f"column {action.column}", _users_of_column(action, scope))
        case a.DropConstraint(cascade=False):
            return _needed(f"constraint {action.constraint}", _users_of_constraint(action, scope))
        case a.Truncate(cascade=False):
            return _truncated(action, scope)
        case a.Drop(cascade=False):
            return _needed(f"{action.kind} {action.name}", _users(action, scope, _Gone(scope, beside)))
    return None


def users(action: a.Drop | a.DropConstraint, scope: Scope, beside: tuple[a.Action, ...]) -> tuple[str, ...]:
    """What else goes if the drop says CASCADE, in words; what the same statement drops is left out."""
    match action:
        case a.DropConstraint():
            found = _users_of_constraint(action, scope)
        case a.Drop(kind=a.ObjectKind.SCHEMA):
            within = (name for name in scope.schema.tables if name.schema == action.name.name)
            found = (f"table {name}" for name in within)
        case a.Drop(kind=a.ObjectKind.TYPE | a.ObjectKind.DOMAIN as kind, name=name):
            made = scope.schema.thing(kind, name)
            tables = using_type(made.name, scope) if made else ()
            found = (f"the columns of {table.name} that have it" for table in tables)
        case a.Drop():
            found = _users(action, scope, _Gone(scope, beside))
    return tuple(dict.fromkeys(found))


def _needed(what: str, users: Iterator[str]) -> Failure | None:
    first = next(users, None)
    return Failure(_NEEDED, f"{first} needs {what}") if first else None


class _Gone:
    """What a statement drops, looked up only where somebody needs something: most drops are of what nobody needs."""

    def __init__(self, scope: Scope, beside: tuple[a.Action, ...]) -> None:
        self._scope = scope
        self._beside = beside
        self._names: set[a.Name] | None = None

    def __contains__(self, name: object) -> bool:
        if self._names is None:
            self._names = {self._scope.resolve(each.name) for each in self._beside if isinstance(each, a.Drop)}
        return name in self._names


def _users(action: a.Drop, scope: Scope, gone: Container[a.Name]) -> Iterator[str]:
    match action.kind:
        case kind if kind in _TABLES:
            table = scope.table(action.name)
            yield from _users_of_table(table, scope, gone) if table else ()
        case kind if kind in VIEWS:
            yield from _views(action.name, scope, gone)
        case a.ObjectKind.INDEX:
            index = scope.schema.index(action.name)
            yield from _users_of_index(index, scope) if index else ()
        case a.ObjectKind.SEQUENCE:
            own = scope.resolve(action.name)
            for table in scope.schema.tables.values():
                used = (column for column in table.columns.values() if column.sequence == own)
                yield from (f"column {column.name} of {table.name}" for column in used)
        case a.ObjectKind.TYPE | a.ObjectKind.DOMAIN:
            made = scope.schema.thing(action.kind, action.name)
            yield from (f"table {table.name}" for table in (using_type(made.name, scope) if made else ()))


def _views(relation: a.Name, scope: Scope, gone: Container[a.Name], column: str | None = None) -> Iterator[str]:
    found = (view for view in scope.views_over(relation, column) if view.name not in gone)
    return (f"{view.kind} {view.name}" for view in found)


def _users_of_table(table: Table, scope: Scope, gone: Container[a.Name]) -> Iterator[str]:
    parts = {child.name for child in scope.schema.children(table.name)}
    for other, made in scope.referring(table.name):
        if other.name not in parts and other.name not in gone:
            yield f"foreign key {made.name} of {other.name}"
    yield from _views(table.name, scope, gone)
    for child in scope.schema.children(table.name) if not table.partitioned else ():
        if child.name not in gone:
            yield f"table {child.name}"


def _users_of_index(index: Index, scope: Scope) -> Iterator[str]:
    if index.part_of:
        yield f"index {index.part_of}"
    if index.constraint:
        yield f"constraint {index.name.name} of {index.table}"
    for other, made in scope.referring(index.table):
        key = scope.key_index(made)
        if key and key.name == index.name:
            yield f"foreign key {made.name} of {other.name}"


def _users_of_column(action: a.DropColumn, scope: Scope) -> Iterator[str]:
    table = scope.table(action.table)
    if table is None or action.column not in table.columns:
        return
    yield from _views(table.name, scope, set(), action.column)
    for other, made in scope.referring(table.name):
        key = scope.key_index(made)
        if key and action.column in key.columns:
            yield f"foreign key {made.name} of {other.name}"
    if scope.version >= _GENERATED_NEEDS:
        yield from _generated_from(table, action.column)


def _generated_from(table: Table, column: str) -> Iterator[str]:
    return (f"generated column {each.name}" for each in table.columns.values() if column in each.reads)


def _users_of_constraint(action: a.DropConstraint, scope: Scope) -> Iterator[str]:
    table = scope.table(action.table)
    made = table.constraints.get(action.constraint) if table else None
    if table is None or made is None or made.kind not in _KEYS:
        return
    for other, reference in scope.referring(action.table):
        key = scope.key_index(reference)
        if key and key.name == a.Name(table.name.schema, made.name):
            yield f"foreign key {reference.name} of {other.name}"


def _type_used(action: a.AlterColumnType, scope: Scope) -> Failure | None:
    table = scope.table(action.table)
    view = next(_views(action.table, scope, set(), action.column), None)
    if view:
        return Failure(_NOT_SUPPORTED, f"{view} uses {action.column}, whose type then cannot change")
    generated = next(_generated_from(table, action.column), None) if table else None
    if generated:
        state = _NOT_SUPPORTED if scope.version >= _GENERATED_NEEDS else _SYNTAX
        return Failure(state, f"{generated} is computed from {action.column}, whose type then cannot change")
    use = a.ColumnUse(scope.resolve(action.table), action.column)
    kinds = (a.ObjectKind.TRIGGER, a.ObjectKind.POLICY)
    user = next(
        (each for each in scope.schema.things.about(use.relation) if each.kind in kinds and use in each.uses), None
    )
    if user is None:
        return None
    return Failure(_NOT_SUPPORTED, f"{user.kind} {user.name.name} names {action.column}, whose type then cannot change")


def _truncated(action: a.Truncate, scope: Scope) -> Failure | None:
    emptied = {scope.resolve(name) for table in action.tables for name in scope.family(table)}
    for table in action.tables:
        for other, made in scope.referring(table):
            if other.name not in emptied:
                return Failure(_NOT_SUPPORTED, f"foreign key {made.name} of {other.name} refers to {table}")
    return None
