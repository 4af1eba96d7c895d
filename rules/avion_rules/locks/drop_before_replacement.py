"""Indexes that are dropped before the one that takes their place is there."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.schema.model import Index
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement


@rule("LK129", subject=Migration, on=(a.Drop,))
def drop_before_replacement(migration: Migration) -> Iterator[Finding]:
    """Find an index that is dropped before the index that replaces it is built."""
    builds: list[_Build] | None = None
    for at, statement in enumerate(migration.up):
        for drop in statement.of(a.Drop):
            index = statement.schema_before(drop).index(drop.name) if drop.kind is a.ObjectKind.INDEX else None
            if index is None or index.partial or _is_free(statement, drop, index):
                continue
            builds = list(_builds(migration)) if builds is None else builds
            found = next(_replacements(builds, at, index), None)
            if found:
                yield _finding(statement, drop, index, found)


def _is_free(statement: Statement, drop: a.Drop, index: Index) -> bool:
    """Whether nobody misses it: it is new, its table is, or another index begins with its columns."""
    if index.constraint or statement.made_here(index.origin) or statement.is_new(index.table, drop):
        return True
    others = (each for each in statement.schema.indexes_of(index.table) if each.name != index.name)
    return any(_covers(other.columns, index) and not other.partial for other in others)


def _covers(columns: tuple[str | None, ...], index: Index) -> bool:
    return None not in index.columns and columns[: len(index.columns)] == index.columns


Replacement = tuple[Statement, a.CreateIndex]
_Build = tuple[int, a.Name, Statement, a.CreateIndex]
"""The place of a statement in its file, and an index that it builds on a table of that full name."""


def _builds(migration: Migration) -> Iterator[_Build]:
    for at, statement in enumerate(migration.up):
        for made in statement.of(a.CreateIndex):
            table = statement.table(made.table)
            if table is not None and not made.partial:
                yield at, table.name, statement, made


def _replacements(builds: list[_Build], after: int, index: Index) -> Iterator[Replacement]:
    for at, table, statement, made in builds:
        if at > after and table == index.table and made.method == index.method and _covers(made.columns, index):
            yield statement, made


def _finding(statement: Statement, drop: a.Drop, index: Index, found: Replacement) -> Finding:
    later, made = found
    together = statement.in_transaction and later.in_transaction
    effect = (
        f"Nobody can read or write {index.table} while the index that replaces {drop.name} is built: DROP INDEX locks "
        "the table until the transaction ends."
        if together
        else f"Until the index that replaces {drop.name} is built, queries of {index.table} do without one."
    )
    return statement.finding(
        drop,
        effect,
        _remedy(drop, made, partitioned=statement.is_partitioned(index.table)),
        related=(Related(later.place_of(made), "takes its place"),),
        object=drop.name,
    )


def _remedy(drop: a.Drop, made: a.CreateIndex, *, partitioned: bool) -> str:
    name = made.index or ""
    how = "concurrently on each partition (index-not-concurrent tells how)" if partitioned else "concurrently"
    if name != drop.name.name:
        return f"Build the new index first, {how}, and drop the old one in a later migration."
    new = a.Name(drop.name.schema, f"{name}_new").sql
    gone = "old one" if partitioned else "old one concurrently"  # DROP INDEX of a partitioned index knows no other way
    return (
        f"Build the new index first, {how}, as {a.identifier(f'{name}_new')}; in a later migration drop the {gone}; "
        f"then\nALTER INDEX {new} RENAME TO {a.identifier(name)};"
    )
