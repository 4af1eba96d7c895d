"""Indexes that are dropped while everybody waits."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.schema.model import Index
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._remedies import own_file


@rule("LK102", subject=Statement, on=(a.Drop,))
def drop_index_not_concurrent(statement: Statement) -> Iterator[Finding]:
    """Find an index that is dropped while every read and write of its table waits."""
    for drop in statement.of(a.Drop):
        if drop.kind is not a.ObjectKind.INDEX or drop.concurrently:
            continue
        index = statement.schema_before(drop).index(drop.name)
        if index is not None and index.constraint:
            yield _of_constraint(statement, drop, index)
        elif _matters(statement, drop, index):
            table = str(index.table) if index else f"the table of {drop.name}"
            yield statement.finding(
                drop,
                f"Blocks every read and write to {table} until the index is gone, and first waits for every "
                "query that is still running on it.",
                own_file(statement.service, f"DROP INDEX CONCURRENTLY IF EXISTS {drop.name.sql};"),
                object=drop.name,
            )


def _matters(statement: Statement, drop: a.Drop, index: Index | None) -> bool:
    """Whether somebody waits and CONCURRENTLY is possible: not so for the index of a partitioned table."""
    if index is None:
        return not drop.if_exists  # as far as the migrations tell, there is no such index
    is_new = statement.is_new(index.table, drop) or statement.made_here(index.origin)
    return not is_new and not statement.is_partitioned(index.table)


def _of_constraint(statement: Statement, drop: a.Drop, index: Index) -> Finding:
    origin = index.origin
    return statement.finding(
        drop,
        f"Fails with SQLSTATE 2BP01: the index {drop.name} belongs to the constraint of that name on {index.table}.",
        f"ALTER TABLE {_sql(index.table)} DROP CONSTRAINT {a.identifier(index.name.name)};",
        related=(Related(origin.place, "the constraint was made here"),) if origin else (),
        object=drop.name,
    )


def _sql(name: a.Name) -> str:
    """A resolved name as people write it, without `public`."""
    return a.identifier(name.name) if name.schema == "public" else name.sql
