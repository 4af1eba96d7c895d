"""CHECK constraints whose rows are checked while everybody waits."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement
from avion_rules.locks._clauses import (
    added_constraint,
    check_sql,
    column_is_there,
    column_sql,
    constraint_name,
    inline,
    name_made,
    not_valid,
    table_sql,
)
from avion_rules.locks._two_steps import NEXT, validate_later


@rule("LK110", subject=Statement, on=(ConstraintKind.CHECK,), by_size=True)
def added_check_scans(statement: Statement) -> Iterator[Finding]:
    """Find a CHECK that reads all rows of a table in use while every read and write of it waits."""
    for add in statement.of(a.AddConstraint):
        if add.constraint.kind is ConstraintKind.CHECK and add.constraint.valid and statement.in_use(add.table, add):
            clause = not_valid(added_constraint(statement, add))
            remedy = validate_later(statement, add.table, clause, constraint_name(statement, add))
            yield _finding(statement, add, remedy)
    for column in statement.of(a.AddColumn):
        checked = inline(column, ConstraintKind.CHECK) and not column_is_there(statement, column)
        if checked and statement.in_use(column.table, column):
            yield _finding(statement, column, _apart(statement, column))


def _finding(statement: Statement, at: a.AddConstraint | a.AddColumn, remedy: str) -> Finding:
    message = f"Blocks every read and write of {at.table} while all its rows are checked."
    return statement.finding(at, message, remedy, object=at.table)


def _apart(statement: Statement, add: a.AddColumn) -> str:
    name = a.identifier(name_made(statement, add, ConstraintKind.CHECK))
    table, made = table_sql(statement, add.table), inline(add, ConstraintKind.CHECK)
    check = check_sql(made.check if made else None)
    steps = (
        "A CHECK that comes with a column is checked row by row as well. Make it a clause of its own that is NOT "
        "VALID, and validate it in the next migration, while reads and writes go on"
    )
    if not check:
        return f"{steps}."
    return (
        f"{steps}:\nALTER TABLE {table} ADD COLUMN {column_sql(add.column)}, ADD CONSTRAINT {name} {check} NOT VALID;\n"
        f"{NEXT}\nALTER TABLE {table} VALIDATE CONSTRAINT {name};"
    )
