"""SQL that builds an index without keeping writers waiting, made of the statement that keeps them waiting."""

from __future__ import annotations

from avion_lint.pattern import IGNORECASE, pattern
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._clauses import in_full
from avion_rules.locks._remedies import in_migrations, lock_off
from avion_rules.locks._two_steps import for_each_partition, partitions_of

_INDEX = pattern(r"\bindex\b", IGNORECASE)
_NAME = r'(?:"(?:[^"]|"")+"|\$\{[^}]*\}|[\w$]+)'
_TABLE = pattern(rf"\bon\s+(?:only\s+)?{_NAME}(?:\s*\.\s*{_NAME})?", IGNORECASE)
_EXISTS = pattern(r"\bif\s+not\s+exists\s+", IGNORECASE)


def concurrent_build(statement: Statement, index: a.CreateIndex) -> str:
    """Give the same CREATE INDEX with CONCURRENTLY, after what clears a failed attempt away."""
    text = _EXISTS.sub("", _INDEX.sub(lambda word: f"{word[0]} CONCURRENTLY", _source(statement, index), count=1))
    whole, table = in_full(statement, index.table), statement.table(index.table)
    text = _TABLE.sub(f"ON {whole}", text, count=1) if whole else text
    if index.index is None:
        return f"{text};"
    name = a.Name(table.name.schema if whole and table else index.table.schema, index.index).sql
    return f"DROP INDEX CONCURRENTLY IF EXISTS {name};\n{text};"


def partition_by_partition(statement: Statement, index: a.CreateIndex) -> str:
    """Tell how to index a partitioned table: the parent alone, each partition concurrently, then attach."""
    unique, known = "UNIQUE " if index.unique else "", statement.table(index.table)
    parent = known.name if known and in_full(statement, index.table) else index.table
    name = index.index or "_".join((parent.name, *(column or "expr" for column in index.columns), "idx"))
    source = _source(statement, index)
    found = _TABLE.search(source)
    rest = source[found.end() :].strip() if found else "(…)"
    partitions, whole = partitions_of(statement, parent), a.Name(parent.schema, name).sql

    def own(each: a.Name) -> a.Name:
        return a.Name(each.schema, f"{each.name}_{name}")

    def built(each: a.Name) -> str:
        return f"CREATE {unique}INDEX CONCURRENTLY {a.identifier(own(each).name)} ON {each.sql} {rest};"

    steps = in_migrations(
        statement.service,
        (f"CREATE {unique}INDEX {a.identifier(name)} ON ONLY {parent.sql} {rest};", False),
        (for_each_partition(partitions, built), True),
        (for_each_partition(partitions, lambda each: f"ALTER INDEX {whole} ATTACH PARTITION {own(each).sql};"), False),
    )
    return (
        "CONCURRENTLY does not work on a partitioned table. Index the parent alone, then every partition "
        "concurrently (each in a migration of its own, outside a transaction), then attach."
        f"{lock_off(statement.service)}\n{steps}"
    )


def _source(statement: Statement, index: a.CreateIndex) -> str:
    """Text of the clause as the file has it, placeholders and all."""
    return statement.place_of(index).text
