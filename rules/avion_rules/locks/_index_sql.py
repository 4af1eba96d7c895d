"""SQL that builds an index without keeping writers waiting, made of the statement that keeps them waiting."""

from __future__ import annotations

import re

from avion_lint.pattern import pattern
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._remedies import in_migrations, lock_off

_INDEX = pattern(r"\bindex\b", re.IGNORECASE)
_NAME = r'(?:"(?:[^"]|"")+"|\$\{[^}]*\}|[\w$]+)'
_TABLE = pattern(rf"\bon\s+(?:only\s+)?{_NAME}(?:\s*\.\s*{_NAME})?", re.IGNORECASE)
_EXISTS = pattern(r"\bif\s+not\s+exists\s+", re.IGNORECASE)


def concurrent_build(statement: Statement, index: a.CreateIndex) -> str:
    """Give the same CREATE INDEX with CONCURRENTLY, after what clears a failed attempt away."""
    text = _EXISTS.sub("", _INDEX.sub(lambda word: f"{word[0]} CONCURRENTLY", _source(statement, index), count=1))
    if index.index is None:
        return f"{text};"
    name = a.Name(index.table.schema, index.index).sql
    return f"DROP INDEX CONCURRENTLY IF EXISTS {name};\n{text};"


def partition_by_partition(statement: Statement, index: a.CreateIndex) -> str:
    """Tell how to index a partitioned table: the parent alone, each partition concurrently, then attach."""
    unique = "UNIQUE " if index.unique else ""
    parent = index.table
    name = index.index or "_".join((parent.name, *(column or "expr" for column in index.columns), "idx"))
    source = _source(statement, index)
    found = _TABLE.search(source)
    rest = source[found.end() :].strip() if found else "(…)"
    partition = _a_partition(statement, parent)
    own = f"{partition.name}_{name}"
    whole, part = a.Name(parent.schema, name).sql, a.Name(partition.schema, own).sql
    steps = in_migrations(
        statement.service,
        (f"CREATE {unique}INDEX {a.identifier(name)} ON ONLY {parent.sql} {rest};", False),
        (f"CREATE {unique}INDEX CONCURRENTLY {a.identifier(own)} ON {partition.sql} {rest};", True),
        (f"ALTER INDEX {whole} ATTACH PARTITION {part};", False),
    )
    return (
        "CONCURRENTLY does not work on a partitioned table. Index the parent alone, then every partition "
        "concurrently (each in a migration of its own, outside a transaction), then attach."
        f"{lock_off(statement.service)}\n{steps}"
    )


def _a_partition(statement: Statement, parent: a.Name) -> a.Name:
    table = statement.table(parent)
    resolved = table.name if table else parent
    found = (each.name for each in statement.schema.tables.values() if each.partition_of == resolved)
    first = next(found, a.Name(parent.schema, f"{parent.name}_partition"))
    return a.Name(parent.schema, first.name) if first.schema == resolved.schema else first


def _source(statement: Statement, index: a.CreateIndex) -> str:
    """Text of the clause as the file has it, placeholders and all."""
    return statement.place_of(index).text
