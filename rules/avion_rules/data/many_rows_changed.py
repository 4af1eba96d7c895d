"""Updates and deletes of as many rows as a condition finds."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.data._changes import is_new_column

Changing = a.Update | a.Delete


@rule("DA115", subject=Statement, on=(a.Update, a.Delete), by_size=True)
def many_rows_changed(statement: Statement) -> Iterator[Finding]:
    """Point out an UPDATE or DELETE whose condition may hold for any number of rows."""
    for action in statement.actions:
        if not isinstance(action, Changing) or not action.many or _is_whole(statement, action):
            continue
        if statement.in_use(action.table, action):
            done = "Updates" if isinstance(action, a.Update) else "Deletes"
            yield statement.finding(
                action,
                f"{done} every row of {action.table} that its condition holds for, in one transaction: each stays "
                "locked "
                "until it ends.",
                "Where that may be many, change them in batches by their key, each committed, in a migration without a "
                "transaction or in a job beside it.",
                object=action.table,
            )


def _is_whole(statement: Statement, action: Changing) -> bool:
    """Whether no row is left out, which other rules speak of."""
    if isinstance(action, a.Update) and action.null_column and is_new_column(statement, action, action.null_column):
        return True
    return action.whole
