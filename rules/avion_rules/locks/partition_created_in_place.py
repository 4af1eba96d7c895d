"""Partitions that are made as parts of a table in use."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._partitions import bound_of, default_of, has_bound_check, key_of, split_of


@rule("LK131", subject=Statement, on=(a.CreateTable,))
def partition_created_in_place(statement: Statement) -> Iterator[Finding]:
    """Find a partition that is made while every read and write of its table waits."""
    for table in statement.of(a.CreateTable):
        parent = table.partition_of
        exists = table.if_not_exists and statement.table(table.table)
        if parent is None or exists or statement.is_new(parent, table):
            continue
        yield statement.finding(
            table,
            f"Blocks every read and write to {parent} until the transaction ends, and first waits for every query that "
            f"is still running on it.{_default_scan(statement, table, parent)}",
            _remedy(statement, table, parent),
            object=table.table,
        )


def _default_scan(statement: Statement, table: a.CreateTable, parent: a.Name) -> str:
    """What happens to the default partition, where it has rows that may belong into the new one."""
    default = default_of(statement, parent)
    if default is None or table.default_partition or has_bound_check(default, key_of(statement, parent)):
        return ""
    return f" All rows of {default.name}, the default partition, are read meanwhile."


def _remedy(statement: Statement, table: a.CreateTable, parent: a.Name) -> str:
    text = statement.place_of(table).text
    split = split_of(text)
    name = table.table.sql
    return (
        f"Make the table by itself and attach it: that keeps neither reads nor writes of {parent} waiting.\n"
        f"CREATE TABLE {name} (LIKE {parent.sql} INCLUDING ALL EXCLUDING IDENTITY){f' {split}' if split else ''};\n"
        f"ALTER TABLE {parent.sql} ATTACH PARTITION {name} {bound_of(text)};"
    )
