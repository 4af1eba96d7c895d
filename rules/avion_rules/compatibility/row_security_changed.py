"""Row-level security that is switched on or off under a running application."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Schema
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement

_ON = {"EnableRowSecurity", "ForceRowSecurity"}


@rule("CO112", subject=Migration, on=(a.AlterTable, a.Drop))
def row_security_changed(migration: Migration) -> Iterator[Finding]:
    """Find a change of row-level security by which a running release loses rows, or sees those of others."""
    for statement in migration.up:
        for action in statement.all_actions():
            match action:
                case a.AlterTable(table=table, form=form) if statement.in_use(table, action):
                    if form in _ON and not _has_policy(migration.after, statement, table):
                        yield _hidden(statement, action)
                    elif form == "DisableRowSecurity":
                        yield _open(statement, action)
                case a.Drop(kind=a.ObjectKind.POLICY, table=a.Name() as table) if statement.in_use(table, action):
                    if not _has_policy(migration.after, statement, table) and not _is_off(migration, table):
                        yield _hidden(statement, action)


def _has_policy(schema: Schema, statement: Statement, table: a.Name) -> bool:
    """Whether the table has any policy in the end."""
    known = statement.schema.table(table)
    name = known.name if known else table
    return any(kind is a.ObjectKind.POLICY and owner == name for kind, _, owner in schema.things)


def _is_off(migration: Migration, table: a.Name) -> bool:
    """Whether the file switches row security off, or drops the table."""
    actions = (action for statement in migration.up for action in statement.all_actions())
    off = any(
        isinstance(each, a.AlterTable) and (each.table, each.form) == (table, "DisableRowSecurity") for each in actions
    )
    return off or migration.after.table(table) is None


def _hidden(statement: Statement, action: a.AlterTable | a.Drop) -> Finding:
    table = action.table or a.Name(None, "")
    match action:
        case a.AlterTable(form="ForceRowSecurity"):
            message = (
                f"Where row-level security is on, it now holds for the owner of {table} as well: without a policy "
                "every row vanishes for it."
            )
        case a.AlterTable():
            message = (
                f"Every row of {table} vanishes for running releases, unless they own it, and every insert fails: "
                "row-level security shows nothing without a policy."
            )
        case _:
            message = (
                f"Takes the last policy of {table} away: where row-level security is on, every row vanishes for "
                "running releases, unless they own the table."
            )
    return statement.finding(
        action,
        message,
        "Make the policies that the running release needs first, in this same transaction:\n"
        f"CREATE POLICY … ON {table.sql} USING (…);",
        object=table,
    )


def _open(statement: Statement, action: a.AlterTable) -> Finding:
    return statement.finding(
        action,
        f"Its policies hold no longer: every row of {action.table} is seen and changed by everybody who may use the "
        "table.",
        "Where a single release needs it, give that role BYPASSRLS instead, or a policy of its own.",
        object=action.table,
    )
