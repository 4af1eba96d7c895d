"""Updates of every row of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.data._batches import in_batches

_WHERE = pattern(r"\bwhere\b", re.IGNORECASE)


@rule("DA101", subject=Statement, any_database=True, on=(a.Update,))
def whole_table_update(statement: Statement) -> Iterator[Finding]:
    """Find an update of every row of a table in one statement."""
    for update in statement.of(a.Update):
        if statement.is_new(update.table, update) or not _is_whole(statement, update):
            continue
        yield statement.finding(
            update,
            f"Updates every row of {update.table} in one transaction: each row stays locked until it ends, and "
            f"whatever writes to one of them waits that long.{_why(update)}",
            in_batches(statement, update.table, _change(statement, update), _todo(update)),
            object=update.table,
        )


def _is_whole(statement: Statement, update: a.Update) -> bool:
    """Whether no row is left out: no condition, or one that asks for NULL in a column that is still empty."""
    if update.whole or update.null_column is None:
        return update.whole
    table = statement.schema_before(update).table(update.table)
    column = table.columns.get(update.null_column) if table else None
    return column is not None and column.default is None and not column.generated and statement.made_here(column.origin)


def _why(update: a.Update) -> str:
    if not update.null_column:
        return ""
    return f" {update.null_column} was added in this same change and is NULL in all of them."


def _change(statement: Statement, update: a.Update) -> str:
    """The update as written, without its condition."""
    source = statement.place_of(update).text
    found = _WHERE.search(source)
    return (source[: found.start()] if found else source).strip()


def _todo(update: a.Update) -> str:
    if update.null_column:
        return f"{a.identifier(update.null_column)} IS NULL"
    column = next(iter(update.columns), "")
    return f"{a.identifier(column)} IS DISTINCT FROM …" if column else "…"
