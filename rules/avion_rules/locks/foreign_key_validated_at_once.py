"""Foreign keys whose rows are checked while writers of two tables wait."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement
from avion_rules.locks._clauses import (
    added_constraint,
    column_is_there,
    column_sql,
    constraint_name,
    inline,
    name_made,
    not_valid,
    table_sql,
)
from avion_rules.locks._two_steps import NEXT, for_each_partition, partitions_of, validate_later

NOT_VALID_ON_PARTITIONED = 18


@rule("LK111", subject=Statement, on=(ConstraintKind.FOREIGN_KEY,), by_size=True)
def foreign_key_validated_at_once(statement: Statement) -> Iterator[Finding]:
    """Find a foreign key that reads all rows of a table in use while every write to both tables waits."""
    for add in statement.of(a.AddConstraint):
        made = add.constraint
        if made.kind is ConstraintKind.FOREIGN_KEY and made.valid and statement.in_use(add.table, add):
            blocked = _both(statement, add, made.references)
            message = f"Blocks every write to {blocked} while all rows of {add.table} are checked."
            yield statement.finding(add, message, _remedy(statement, add), object=add.table)
    for column in statement.of(a.AddColumn):
        key = inline(column, ConstraintKind.FOREIGN_KEY)
        if key and _is_filled(column) and statement.in_use(column.table, column):
            if column_is_there(statement, column):
                continue
            other = "" if key.references in (None, column.table) else f", and every write to {key.references},"
            message = (
                f"Blocks every read and write of {column.table}{other} while all rows are checked: its default gives "
                f"each row a {column.column.name}."
            )
            yield statement.finding(column, message, _apart(statement, column), object=column.table)


def _is_filled(add: a.AddColumn) -> bool:
    """Whether existing rows get a value: without one the server knows that there is nothing to check."""
    return add.column.default is not None


def _both(statement: Statement, add: a.AddConstraint, other: a.Name | None) -> str:
    if other is None or other == add.table or statement.is_new(other, add):
        return str(add.table)
    return f"{add.table} and {other}"


def _remedy(statement: Statement, add: a.AddConstraint) -> str:
    name, clause = constraint_name(statement, add), added_constraint(statement, add)
    if not statement.is_partitioned(add.table) or statement.service.postgres >= NOT_VALID_ON_PARTITIONED:
        return validate_later(statement, add.table, not_valid(clause), name)
    partitions, checked = partitions_of(statement, add.table), a.identifier(name)
    return (
        f"PostgreSQL {statement.service.postgres} refuses NOT VALID on a partitioned table. Add it NOT VALID to every "
        "partition, validate each in the next migration, then add it to the parent, which takes theirs over and reads "
        "no rows:\n"
        + for_each_partition(partitions, lambda each: f"ALTER TABLE {each.sql} {not_valid(clause)};")
        + f"\n{NEXT}\n"
        + for_each_partition(partitions, lambda each: f"ALTER TABLE {each.sql} VALIDATE CONSTRAINT {checked};")
        + f"\n-- in the one after it:\nALTER TABLE {table_sql(statement, add.table)} {clause};"
    )


def _apart(statement: Statement, add: a.AddColumn) -> str:
    key = inline(add, ConstraintKind.FOREIGN_KEY)
    other = key.references.sql if key and key.references else add.table.sql
    referenced = f" ({', '.join(map(a.identifier, key.referenced_columns))})" if key and key.referenced_columns else ""
    name = a.identifier(name_made(statement, add, ConstraintKind.FOREIGN_KEY))
    table, column = table_sql(statement, add.table), a.identifier(add.column.name)
    if statement.is_partitioned(add.table) and statement.service.postgres < NOT_VALID_ON_PARTITIONED:
        return "Add the column without its default, which leaves nothing to check, and fill it later in small batches."
    return (
        "Add the column without REFERENCES, add the foreign key NOT VALID, and validate it in the next migration, "
        f"while reads and writes go on:\nALTER TABLE {table} ADD COLUMN {column_sql(add.column)};\n"
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {other}{referenced} NOT VALID;\n"
        f"{NEXT}\nALTER TABLE {table} VALIDATE CONSTRAINT {name};"
    )
