"""Triggers that are switched off and stay so when the transaction is committed."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules._transactions import transactions

_WHICH = {"DisableTrig": "", "DisableTrigAll": "ALL", "DisableTrigUser": "USER"}


@rule("LK125", subject=Migration, on=(a.AlterTable,))
def trigger_left_disabled(migration: Migration) -> Iterator[Finding]:
    """Find a trigger that is disabled and not enabled again in the same transaction."""
    for group in transactions(migration):
        for at, statement in enumerate(group):
            for action in statement.of(a.AlterTable):
                temporary = (table := statement.table(action.table)) is not None and table.temporary
                if action.form in _WHICH and not temporary and not _is_undone(action, group[at:]):
                    yield _finding(statement, action)


def _is_undone(disabled: a.AlterTable, rest: tuple[Statement, ...]) -> bool:
    """Whether the trigger is enabled again before the transaction ends, or gone."""
    later = (action for statement in rest for action in statement.all_actions() if action is not disabled)
    return any(_undoes(action, disabled) for action in later)


def _undoes(action: a.Action, disabled: a.AlterTable) -> bool:
    match action:
        case a.AlterTable(table=disabled.table, form="EnableTrigAll"):
            return True
        case a.AlterTable(table=disabled.table, form="EnableTrigUser"):
            return disabled.form != "DisableTrigAll"
        case a.AlterTable(table=disabled.table, form="EnableTrig" | "EnableAlwaysTrig" | "EnableReplicaTrig"):
            return disabled.form == "DisableTrig" and action.detail == disabled.detail
        case a.Drop(kind=a.ObjectKind.TABLE, name=disabled.table):
            return True
        case a.Drop(kind=a.ObjectKind.TRIGGER, table=disabled.table, name=name):
            return disabled.form == "DisableTrig" and name.name == disabled.detail
    return False


def _finding(statement: Statement, action: a.AlterTable) -> Finding:
    table = action.table
    which = _WHICH[action.form] or a.identifier(action.detail)
    what = "the trigger " + action.detail if action.form == "DisableTrig" else "its triggers"
    foreign = ", and foreign keys are not checked" if action.form == "DisableTrigAll" else ""
    return statement.finding(
        action,
        f"Leaves {table} without {what}: what other sessions write after the commit goes past it{foreign}.",
        "Enable it again in the same transaction, or drop it if it shall stay off for good:\n"
        f"ALTER TABLE {table.sql} ENABLE TRIGGER {which};",
        object=table,
    )
