"""Partitions whose rows are all read when they are attached."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._partitions import bound_check, bound_of, default_of, has_bound_check, key_of


@rule("LK121", subject=Statement, on=(a.AttachPartition,), by_size=True)
def attach_scans(statement: Statement) -> Iterator[Finding]:
    """Find a partition that is attached while all its rows, or those of the default partition, are read."""
    for attach in statement.of(a.AttachPartition):
        if attach.index:
            continue
        key = key_of(statement, attach.table)
        child = statement.table(attach.partition)
        if child and _is_scanned(statement, attach, child, key):
            yield _of_child(statement, attach, key)
        default = default_of(statement, attach.table)
        if default and not attach.default_partition and _is_scanned(statement, attach, default, key):
            yield _of_default(statement, attach, default, key)


def _is_scanned(statement: Statement, attach: a.AttachPartition, table: Table, key: tuple[str | None, ...]) -> bool:
    """Whether somebody may wait for it: a table in use that is known whole and has no CHECK like its bound."""
    known = table.origin is not None and statement.in_use(table.name, attach)
    return known and not has_bound_check(table, key)


def _of_child(statement: Statement, attach: a.AttachPartition, key: tuple[str | None, ...]) -> Finding:
    name, parent = attach.partition, attach.table
    bound = bound_of(statement.place_of(attach).text)
    check = bound_check(bound, key)
    made = a.identifier(f"{name.name}_bound")
    return statement.finding(
        attach,
        f"Blocks every read and write to {name} while all its rows are compared with the bound of the partition.",
        "Give it a CHECK that says the same first; then nothing is read. Each in a migration of its own:\n"
        f"ALTER TABLE {name.sql} ADD CONSTRAINT {made} CHECK ({check}) NOT VALID;\n"
        f"ALTER TABLE {name.sql} VALIDATE CONSTRAINT {made};\n"
        f"ALTER TABLE {parent.sql} ATTACH PARTITION {name.sql} {bound};\n"
        f"ALTER TABLE {name.sql} DROP CONSTRAINT {made};",
        object=name,
    )


def _of_default(
    statement: Statement, attach: a.AttachPartition, default: Table, key: tuple[str | None, ...]
) -> Finding:
    name = default.name
    table = a.identifier(name.name) if name.schema == "public" else name.sql
    made = a.identifier(f"{name.name}_not_{attach.partition.name}")
    check = bound_check(bound_of(statement.place_of(attach).text), key)
    return statement.finding(
        attach,
        f"Blocks every read and write to {name}, the default partition, while all its rows are searched for some that "
        "belong into the new one.",
        "Give it a CHECK that there are none; then nothing is read. Before this, each in a migration of its own:\n"
        f"ALTER TABLE {table} ADD CONSTRAINT {made} CHECK (NOT ({check})) NOT VALID;\n"
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {made};",
        object=name,
    )
