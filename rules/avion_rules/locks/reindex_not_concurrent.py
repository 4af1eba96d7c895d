"""Indexes that are rebuilt while writers wait."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Index
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement
from avion_rules.locks._remedies import own_file


@rule("LK103", subject=Statement, on=(a.Reindex,), by_size=True)
def reindex_not_concurrent(statement: Statement) -> Iterator[Finding]:
    """Find an index that is rebuilt while every write to its table waits."""
    for reindex in statement.of(a.Reindex):
        if reindex.concurrently:
            continue
        index = statement.index(reindex.name) if reindex.name and reindex.kind == "index" else None
        target = index.table if index else reindex.name
        if target and reindex.kind in ("index", "table") and statement.is_new(target, reindex):
            continue
        yield statement.finding(
            reindex,
            _message(reindex, index),
            _remedy(statement, reindex, index),
            object=reindex.name or reindex.kind,
        )


def _message(reindex: a.Reindex, index: Index | None) -> str:
    match reindex.kind:
        case "index":
            table = str(index.table) if index else "its table"
            return f"Blocks every write to {table}, and nearly every read, while {reindex.name} is rebuilt."
        case "table":
            return f"Blocks every write to {reindex.name}, and nearly every read, while its indexes are rebuilt."
        case "system":
            return "Blocks nearly everything in the database while the system catalogs' indexes are rebuilt."
    return (
        f"Blocks every write, and nearly every read, to one table of the {reindex.kind} after another while "
        "their indexes are rebuilt."
    )


_PARTITIONED_SINCE = 14


def _remedy(statement: Statement, reindex: a.Reindex, index: Index | None) -> str:
    name = reindex.name.sql if reindex.name else ""
    target = index.table if index else reindex.name
    if reindex.kind == "system":
        return "REINDEX SYSTEM knows no CONCURRENTLY: do it by hand in a maintenance window, not in a migration."
    if index and _is_exclusion(statement, index):
        return (
            "The index of an exclusion constraint cannot be rebuilt concurrently: do it in a maintenance "
            "window, with a lock_timeout."
        )
    if target and statement.is_partitioned(target) and statement.service.postgres < _PARTITIONED_SINCE:
        return f"Run REINDEX TABLE CONCURRENTLY on one partition of {target} after another."
    sql = f"REINDEX {reindex.kind.upper()} CONCURRENTLY {name};"
    by_flyway = reindex.kind in ("schema", "database")
    return own_file(statement.service, sql, recognised=by_flyway, waits=True)


def _is_exclusion(statement: Statement, index: Index) -> bool:
    table = statement.table(index.table)
    made = table.constraints.get(index.name.name) if table else None
    return made is not None and made.kind is ConstraintKind.EXCLUSION
