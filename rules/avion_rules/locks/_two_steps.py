"""Remedies in two migrations: a quick one now, a slow one that keeps nobody waiting next."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.record import record
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


_LISTED = 12


@record
class Partitions:
    """Partitions as SQL must name them; `made_up` is one name that stands for those that no migration tells."""

    names: tuple[a.Name, ...]
    made_up: str = ""


def partitions_of(statement: Statement, parent: a.Name) -> Partitions:
    """The partitions of a table: all that are known, or one with a made-up name."""
    table = statement.table(parent)
    resolved = table.name if table else parent
    found = [each.name for each in statement.schema.tables.values() if each.partition_of == resolved]
    if found:
        named = (a.Name(parent.schema, name.name) if name.schema == resolved.schema else name for name in found)
        return Partitions(tuple(named))
    one = f"{parent.name}_partition"
    return Partitions((a.Name(parent.schema, one),), one)


def for_each_partition(partitions: Partitions, sql: Callable[[a.Name], str]) -> str:
    """Statements for one partition after another; where there are very many, for the first of them, and how many."""
    names = partitions.names
    lines = [sql(each) for each in names[:_LISTED]]
    if partitions.made_up:
        lines.insert(0, f"-- for every partition, as {partitions.made_up} here: no migration tells their names")
    if len(names) > _LISTED:
        lines.append(f"-- and so on for the other {len(names) - _LISTED} partitions")
    return "\n".join(lines)
