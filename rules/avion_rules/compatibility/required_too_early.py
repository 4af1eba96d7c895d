"""Columns that become required although running releases do not fill them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.schema.model import Column, Table
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Migration, Statement
from avion_rules.compatibility._samples import sample


@rule("CO111", subject=Migration, on=(a.SetNotNull, a.AddConstraint, a.SetDefault, a.AlterTable))
def required_too_early(migration: Migration) -> Iterator[Finding]:
    """Find a column that becomes required although running releases cannot fill it."""
    for statement in migration.up:
        for action, column in _requirements(statement):
            known = _column(statement, action, column)
            if known is None or not _stays_required(migration, statement, action.table, column):
                continue
            if isinstance(action, a.SetDefault | a.AlterTable):
                yield _without_default(statement, action, column)
            elif statement.made_here(known.origin) and known.origin:
                made = Related(known.origin.place, "added here, in this same change")
                yield _new_column(statement, action, known, made)


Requiring = a.SetNotNull | a.AddConstraint | a.SetDefault | a.AlterTable
_UNFILLED = {"DropIdentity", "DropExpression"}
_CHECKS = (ConstraintKind.CHECK, ConstraintKind.NOT_NULL)


def _requirements(statement: Statement) -> Iterator[tuple[Requiring, str]]:
    """Actions by which a column of a table in use has to be given, with the column."""
    for action in statement.all_actions():
        match action:
            case a.SetNotNull(column=column):
                yield action, column
            case a.AddConstraint(constraint=made) if made.kind in _CHECKS and made.not_null_column:
                yield action, made.not_null_column
            case a.SetDefault(default=None, column=column):
                yield action, column
            case a.AlterTable(form=form, detail=column) if form in _UNFILLED:
                yield action, column


def _column(statement: Statement, action: Requiring, name: str) -> Column | None:
    """The column of a table that others use; None where it is not known."""
    table = statement.schema_before(action).table(action.table)
    return table.columns.get(name) if table and statement.in_use(action.table, action) else None


def _stays_required(migration: Migration, statement: Statement, name: a.Name, column: str) -> bool:
    """Whether inserts without the column fail after the migration: required, with nothing that fills it."""
    before = statement.schema.table(name)
    table = migration.after.tables.get(before.name) if before else None
    known = table.columns.get(column) if table else None
    if table is None or known is None or _may_be_filled(migration, table):
        return False
    filled = known.default is not None or known.generated or known.identity
    return not filled and (known.not_null or _is_checked(table, column))


def _is_checked(table: Table, column: str) -> bool:
    return any(made.not_null_column == column for made in table.constraints.values())


def _may_be_filled(migration: Migration, table: Table) -> bool:
    """Whether a trigger of the table may give the column a value."""
    return any(kind is a.ObjectKind.TRIGGER and owner == table.name for kind, _, owner in migration.after.things)


def _new_column(statement: Statement, action: Requiring, column: Column, made: Related) -> Finding:
    name = f"{action.table}.{column.name}"
    return statement.finding(
        action,
        f"Every insert of a running release fails from here on: it does not know {name}, which has no default.",
        f"Require it in a later release, when every running one fills it; or give it a default first"
        f"{_default(statement, action, column)}",
        related=(made,),
        object=name,
    )


def _default(statement: Statement, action: Requiring, column: Column) -> str:
    value = sample(statement.schema_before(action), column.type)
    if not value:
        return "."
    name = a.identifier(column.name)
    return f" (put in the one that fits):\nALTER TABLE {action.table.sql} ALTER COLUMN {name} SET DEFAULT {value};"


def _without_default(statement: Statement, drop: a.SetDefault | a.AlterTable, column: str) -> Finding:
    name = f"{drop.table}.{column}"
    return statement.finding(
        drop,
        f"Every insert of a running release that leaves {name} out fails from here on: it is required, and nothing "
        "fills it any more.",
        "Do this in a later release, when every running one gives the column a value.",
        object=name,
    )
