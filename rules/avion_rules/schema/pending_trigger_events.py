"""Tables that are altered while deferred foreign keys have still to be checked on them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.schema.model import Constraint, Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules._transactions import transactions

_ALTERING = (
    a.AddColumn, a.DropColumn, a.AlterColumnType, a.SetNotNull, a.DropNotNull, a.SetDefault, a.AddConstraint,
    a.DropConstraint, a.ValidateConstraint, a.AlterTable,
)  # fmt: skip
_Change = tuple[Statement, a.Action]


@rule("SC111", subject=Migration, on=(a.Insert, a.Update, a.Delete))
def pending_trigger_events(migration: Migration) -> Iterator[Finding]:
    """Find a table that is altered after its rows were changed, with a deferred foreign key still unchecked."""
    for group in transactions(migration):
        pending: dict[a.Name, _Change] = {}
        for statement in group:
            for action in statement.all_actions():
                if isinstance(action, a.Command) and action == a.Command(action.span, "CONSTRAINTS SET"):
                    pending.clear()
                table = next((name for name in _altered(statement, action) if name in pending), None)
                if table:
                    yield _finding(statement, action, table, pending.pop(table))
                pending |= dict.fromkeys(_changed(statement, action), (statement, action))


def _altered(statement: Statement, action: a.Action) -> Iterator[a.Name]:
    """Tables that an action may not touch while triggers are pending on them."""
    names: tuple[a.Name, ...] = ()
    match action:
        case a.CreateIndex(concurrently=False, table=name) | a.Drop(kind=a.ObjectKind.TABLE, name=name):
            names = (name,)
        case a.Truncate(tables=tables):
            names = tables
        case _ if isinstance(action, _ALTERING):
            names = (action.table,)
    yield from (table.name for name in names if (table := statement.schema_before(action).table(name)))


def _changed(statement: Statement, action: a.Action) -> Iterator[a.Name]:
    """The table whose change leaves a deferred foreign key to be checked when the transaction ends."""
    if not isinstance(action, a.Insert | a.Update | a.Delete):
        return
    schema = statement.schema_before(action)
    table = schema.table(action.table)
    if table is None:
        return
    own = _deferred(table)
    match action:
        case a.Insert():
            waits = bool(own)
        case a.Update(columns=columns):
            waits = any(set(columns) & set(key.columns) for key in own)
        case _:
            others = (key for each in schema.tables.about(table.name) for key in _deferred(each))
            waits = any(key.references == table.name for key in others)
    if waits:
        yield table.name


def _deferred(table: Table) -> list[Constraint]:
    return [made for made in table.constraints.values() if made.deferred and made.references]


def _finding(statement: Statement, action: a.Action, table: a.Name, change: _Change) -> Finding:
    earlier, changing = change
    place = earlier.place_of(changing)
    return statement.finding(
        action,
        f"Fails with SQLSTATE 55006 if line {place.start.line} changes any row: {table} cannot be altered while a "
        "deferred foreign key has still to be checked for these rows.",
        "Alter the table in a migration of its own; or have the foreign keys checked before:\n"
        "SET CONSTRAINTS ALL IMMEDIATE;",
        related=(Related(place, "rows are changed here, in the same transaction"),),
        object=table,
    )
