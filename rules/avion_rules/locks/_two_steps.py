"""Remedies in two migrations: a quick one now, a slow one that keeps nobody waiting next."""

from __future__ import annotations

from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._clauses import table_sql

NEXT = "-- in the next migration:"


def validate_later(statement: Statement, table: a.Name, clause: str, name: str) -> str:
    """Tell to make a constraint NOT VALID now and to validate it in the next migration; `clause` is its ADD."""
    sql = table_sql(statement, table)
    return (
        "Add it NOT VALID, which reads no rows; validate it in the next migration, while reads and writes go on:\n"
        f"ALTER TABLE {sql} {clause};\n{NEXT}\nALTER TABLE {sql} VALIDATE CONSTRAINT {a.identifier(name)};"
    )


def partition_of(statement: Statement, parent: a.Name) -> a.Name:
    """A partition of the table to name in SQL: the first that is known, or a made-up name."""
    table = statement.table(parent)
    resolved = table.name if table else parent
    found = (each.name for each in statement.schema.tables.values() if each.partition_of == resolved)
    first = next(found, a.Name(parent.schema, f"{parent.name}_partition"))
    return a.Name(parent.schema, first.name) if first.schema == resolved.schema else first
