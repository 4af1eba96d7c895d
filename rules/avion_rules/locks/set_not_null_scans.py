"""Columns whose rows are searched for NULL while everybody waits."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement
from avion_rules.locks._not_null import is_known_not_null, nullable_columns, steps, without_scan


@rule("LK114", subject=Statement, on=(a.SetNotNull, a.AddConstraint), by_size=True)
def set_not_null_scans(statement: Statement) -> Iterator[Finding]:
    """Find a NOT NULL that reads all rows of a table in use while every read and write of it waits."""
    for action, column in _scanning(statement):
        if not statement.in_use(action.table, action):
            continue
        if isinstance(action, a.AddConstraint) and action.constraint.using_index:
            remedy = without_scan(statement, action.table, (column,))
        else:
            remedy = (
                "Add it NOT VALID, which reads no rows; validate it in the next migration, while reads and writes go "
                f"on:\n{steps(statement, action.table, column)}"
            )
        yield statement.finding(
            action,
            f"Blocks every read and write of {action.table} while all its rows are searched for a NULL {column}.",
            remedy,
            object=f"{action.table}.{column}",
        )


def _scanning(statement: Statement) -> Iterator[tuple[a.SetNotNull | a.AddConstraint, str]]:
    """Actions that search a column for NULL, with the column."""
    for alter in statement.of(a.SetNotNull):
        if not is_known_not_null(statement.schema_before(alter).table(alter.table), alter.column):
            yield alter, alter.column
    for add in statement.of(a.AddConstraint):
        made = add.constraint
        if made.kind is ConstraintKind.NOT_NULL and made.valid and made.not_null_column:
            if not is_known_not_null(statement.schema_before(add).table(add.table), made.not_null_column):
                yield add, made.not_null_column
        elif made.kind is ConstraintKind.PRIMARY_KEY and made.using_index:
            yield from ((add, column) for column in nullable_columns(statement, add)[:1])
