"""Updates of every row of a table."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Dialect, Statement
from avion_rules.data._batches import in_batches
from avion_rules.data._changes import alias_of, as_default, change_of, is_new_column, left_to_do


@rule("DA101", subject=Statement, any_database=True, on=(a.Update,), by_size=True)
def whole_table_update(statement: Statement) -> Iterator[Finding]:
    """Find an update of every row of a table in one statement."""
    for update in statement.of(a.Update):
        if statement.is_new(update.table, update) or not _is_whole(statement, update):
            continue
        yield statement.finding(
            update,
            f"Updates every row of {update.table} in one transaction: each row stays locked until it ends, and "
            f"whatever writes to one of them waits that long.{_why(update)}",
            _remedy(statement, update),
            object=update.table,
        )


def _is_whole(statement: Statement, update: a.Update) -> bool:
    """Whether no row is left out: no condition, or one that asks for NULL in a column that is still empty."""
    if update.whole or update.null_column is None:
        return update.whole
    return is_new_column(statement, update, update.null_column)


def _why(update: a.Update) -> str:
    if not update.null_column:
        return ""
    return f" {update.null_column} was added in this same change and is NULL in all of them."


_BY_RANGES = (
    "Go through the table by ranges of its key, some thousand rows in a transaction of its own each, and note in the "
    "same transaction how far it is done: a second run must not change a row twice."
)


def _remedy(statement: Statement, update: a.Update) -> str:
    added = as_default(statement, update)
    if added and statement.service.dialect is Dialect.POSTGRESQL:
        return f"Give the new column its value when it is added: that changes no row, however many there are.\n{added}"
    change, todo = change_of(statement, update), left_to_do(statement, update)
    if not change or not todo:
        return _BY_RANGES
    return in_batches(statement, update.table, change, todo, alias_of(statement, update))
