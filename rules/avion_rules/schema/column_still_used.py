"""Columns that are dropped or change their type while views, generated columns and the like are made of them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.schema.model import Origin, Schema, Table
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement

Changing = a.DropColumn | a.AlterColumnType
_CHANGING = (a.DropColumn, a.AlterColumnType)


@rule("SC101", subject=Statement, down=True, on=(a.DropColumn, a.AlterColumnType))
def column_still_used(statement: Statement) -> Iterator[Finding]:
    """Find a column that is dropped or changes its type although a view or the like is made of it."""
    for action in statement.all_actions():
        if not isinstance(action, _CHANGING):
            continue
        schema = statement.schema_before(action)
        table = schema.table(action.table)
        if table is None or action.column not in table.columns:
            continue
        users = list(_users(schema, table, action))
        gone = _gone_before(statement, action) if users else set()
        left = [user for user in users if user.column not in gone]
        if left:
            yield _finding(statement, action, left)


@record
class _User:
    """What is made of the column, as words and as the SQL that drops it; `column` of the same table, else ""."""

    words: str
    drop: str
    origin: Origin | None
    column: str = ""


def _gone_before(statement: Statement, action: Changing) -> set[str]:
    """Columns that the same ALTER TABLE drops before: the clauses in front of a DROP, all of them for a TYPE."""
    drops = [each for each in statement.actions if isinstance(each, a.DropColumn) and each is not action]
    if isinstance(action, a.DropColumn):
        drops = [each for each in drops if each.span.start < action.span.start]
    return {each.column for each in drops if each.table == action.table}


def _users(schema: Schema, table: Table, action: Changing) -> Iterator[_User]:
    use = a.ColumnUse(table.name, action.column)
    for thing in schema.things.about(table.name):
        if use in thing.uses:
            on = f" ON {thing.table.sql}" if thing.table else ""
            name = a.identifier(thing.name.name) if thing.table else thing.name.sql
            yield _User(f"{thing.kind} {thing.name}", f"DROP {thing.kind.upper()} {name}{on};", thing.origin)
    for column in table.columns.values():
        if action.column in column.reads:
            drop = f"ALTER TABLE {table.name.sql} DROP COLUMN {a.identifier(column.name)};"
            yield _User(f"generated column {column.name}", drop, column.origin, column.name)
    if isinstance(action, a.DropColumn):
        yield from _referring(schema, table, action.column)


def _referring(schema: Schema, table: Table, column: str) -> Iterator[_User]:
    """Foreign keys of other tables to a key that the column is a part of."""
    keys = [made.columns for made in table.constraints.values() if made.kind is ConstraintKind.PRIMARY_KEY]
    primary = keys[0] if keys else ()
    for other in schema.tables.about(table.name):
        for made in other.constraints.values():
            if other.name == table.name or made.references != table.name:
                continue
            if column in (made.referenced_columns or primary):
                drop = f"ALTER TABLE {other.name.sql} DROP CONSTRAINT {a.identifier(made.name)};"
                yield _User(f"foreign key {made.name} of {other.name}", drop, made.origin)


def _finding(statement: Statement, action: Changing, users: list[_User]) -> Finding:
    name = f"{action.table}.{action.column}"
    words = " and ".join(user.words for user in users)
    related = tuple(Related(user.origin.place, f"makes the {user.words}") for user in users if user.origin)
    if isinstance(action, a.DropColumn) and action.cascade:
        message = f"CASCADE drops the {words} as well, with all that is made of {_them(users)}."
        remedy = "Drop by name what shall go, and leave CASCADE out:\n" + "\n".join(user.drop for user in users)
    else:
        done = "dropped" if isinstance(action, a.DropColumn) else "given another type"
        message = f"Fails: {name} cannot be {done} while the {words} {_is(users)} made of it."
        remedy = (
            f"Drop {_them(users)} before, and make {_them(users)} anew after{_without(action)}, in this same "
            "migration:\n" + "\n".join(user.drop for user in users)
        )
    return statement.finding(action, message, remedy, related=related, object=name)


def _them(users: list[_User]) -> str:
    return "it" if len(users) == 1 else "them"


def _is(users: list[_User]) -> str:
    return "is" if len(users) == 1 else "are"


def _without(action: Changing) -> str:
    return " without the column" if isinstance(action, a.DropColumn) else ""
