"""Foreign keys between columns of types that do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.comparable import is_narrower, may_refer, stored
from avion_lint.schema.model import Table
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement

Adding = a.CreateTable | a.AddColumn | a.AddConstraint
_ADDING = (a.CreateTable, a.AddColumn, a.AddConstraint)


@rule("SC102", subject=Statement, on=(a.CreateTable, ConstraintKind.FOREIGN_KEY))
def foreign_key_type_mismatch(statement: Statement) -> Iterator[Finding]:
    """Find a foreign key whose columns have types that cannot be compared, or hold less than what they refer to."""
    for action in statement.all_actions():
        if not isinstance(action, _ADDING):
            continue
        for key in _foreign_keys(action):
            if key.references:
                own = _types(statement, action)
                other = own if key.references == action.table else _known(statement, action, key.references)
                for column, target in zip(key.columns, _targets(statement, action, key), strict=False):
                    if column in own and target in other:
                        yield from _finding(statement, action, key, (column, own[column]), (target, other[target]))


def _foreign_keys(action: Adding) -> list[a.ConstraintDefinition]:
    match action:
        case a.CreateTable():
            in_columns = [each for column in action.columns if column.constraints for each in column.constraints]
            made = [*in_columns, *action.constraints]
        case a.AddColumn():
            made = [*action.column.constraints]
        case a.AddConstraint():
            made = [action.constraint]
    return [each for each in made if each.kind is ConstraintKind.FOREIGN_KEY]


def _types(statement: Statement, action: Adding) -> dict[str, a.Type]:
    """Types of the columns that the table has with this action."""
    match action:
        case a.CreateTable():
            return {column.name: column.type for column in action.columns}
        case a.AddColumn():
            return {**_known(statement, action, action.table), action.column.name: action.column.type}
    added = (each.column for each in statement.of(a.AddColumn) if each.table == action.table)
    return {**_known(statement, action, action.table), **{column.name: column.type for column in added}}


def _known(statement: Statement, action: a.Action, name: a.Name) -> dict[str, a.Type]:
    table = statement.schema_before(action).table(name)
    columns = table.columns.values() if table else ()
    return {column.name: column.type for column in columns if column.type}


def _targets(statement: Statement, action: Adding, key: a.ConstraintDefinition) -> tuple[str, ...]:
    """Columns that are referred to: as written, or those of the primary key."""
    if key.referenced_columns or key.references is None:
        return key.referenced_columns
    if isinstance(action, a.CreateTable) and key.references == action.table:
        return _primary(action)
    table = statement.schema_before(action).table(key.references)
    return _primary_of(table) if table else ()


def _primary(action: a.CreateTable) -> tuple[str, ...]:
    made = [*(each for column in action.columns for each in column.constraints), *action.constraints]
    return next((each.columns for each in made if each.kind is ConstraintKind.PRIMARY_KEY), ())


def _primary_of(table: Table) -> tuple[str, ...]:
    found: Mapping[str, object] = table.columns
    keys = (made.columns for made in table.constraints.values() if made.kind is ConstraintKind.PRIMARY_KEY)
    return tuple(column for column in next(keys, ()) if column in found)


def _finding(
    statement: Statement,
    action: Adding,
    key: a.ConstraintDefinition,
    own: tuple[str, a.Type],
    other: tuple[str, a.Type],
) -> Iterator[Finding]:
    column, target = f"{action.table}.{own[0]}", f"{key.references}.{other[0]}"
    if may_refer(own[1], other[1]) is False:
        message = f"Fails: {column} is {own[1]}, {target} is {other[1]}, and the two cannot be compared."
    elif is_narrower(own[1], other[1]):
        message = (
            f"Not every {target} can be referred to: it is {stored(other[1])}, and {column} is only {stored(own[1])}."
        )
    else:
        return
    remedy = f"Make {column} {_article(other[1])}, like the column that it refers to."
    yield statement.finding(action, message, remedy, object=column)


def _article(type_: a.Type) -> str:
    name = f"{stored(type_)}{str(type_).removeprefix(type_.name)}"
    return f"an {name}" if name[0] in "aeiou" and name != "uuid" else f"a {name}"
