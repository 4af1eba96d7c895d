"""Asks a PostgreSQL server for the sizes of its tables: one read-only transaction that waits for no lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from avion_lint.cli.database import asked, version_of
from avion_lint.record import record, replace
from avion_lint.sql.actions import Name
from avion_lint.stats.model import TableStats

if TYPE_CHECKING:
    import psycopg

_TRIES = 3

# The functions for sizes open a relation with ACCESS SHARE for a moment, and would wait behind ACCESS EXCLUSIVE. What
# somebody holds or wants so (`busy`) is told by relpages instead, which VACUUM and ANALYZE write; lock_timeout is for
# those who come in between.
_QUERY = """
WITH busy AS (
    SELECT DISTINCT l.relation FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
), relations AS (
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltuples, c.relpages, c.reltoastrelid,
           CASE WHEN c.relispartition THEN h.inhparent END AS parent,
           c.oid IN (SELECT relation FROM busy) OR c.reltoastrelid IN (SELECT relation FROM busy)
             OR EXISTS (SELECT FROM pg_catalog.pg_index i JOIN busy b ON b.relation = i.indexrelid
                        WHERE i.indrelid IN (c.oid, c.reltoastrelid)) AS is_busy
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid AND c.relispartition
    WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
)
SELECT r.oid, r.nspname, r.relname, r.relkind::text, r.reltuples::float8, r.relpages, r.parent,
       CASE WHEN r.is_busy THEN (r.relpages + coalesce(t.relpages, 0)) * s.block
            ELSE pg_catalog.pg_table_size(r.oid) END,
       CASE WHEN r.is_busy THEN (SELECT coalesce(sum(x.relpages), 0) * s.block FROM pg_catalog.pg_index i
                                 JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = r.oid)
            ELSE pg_catalog.pg_indexes_size(r.oid) END,
       CASE WHEN t.oid IS NULL THEN 0 WHEN r.is_busy THEN t.relpages * s.block
            ELSE pg_catalog.pg_total_relation_size(t.oid) END
FROM relations r
CROSS JOIN (SELECT pg_catalog.current_setting('block_size')::bigint AS block) s
LEFT JOIN pg_catalog.pg_class t ON t.oid = r.reltoastrelid AND r.reltoastrelid <> 0
"""


@record
class _Relation:
    """A row of the query, with the stats that it gives; `leaf` tells that it has rows of its own."""

    oid: int
    parent: int | None
    leaf: bool
    stats: TableStats


def measured(conninfo: str, timeout: int) -> tuple[str, tuple[TableStats, ...]]:
    """The server's version and the size of each of its tables, partitions summed up in their tables.

    `timeout` is for the whole question, in seconds. Raises UsageError; what is secret in `conninfo` is never in it.
    """
    return asked(conninfo, "stats", lambda psycopg, connection: tables_of(psycopg, connection, timeout))


def tables_of(psycopg: Any, connection: psycopg.Connection, timeout: int) -> tuple[str, tuple[TableStats, ...]]:
    """The same, by a connection that is there; raises psycopg.Error."""
    version = connection.info.server_version
    for left in reversed(range(_TRIES)):
        try:
            with connection.transaction():
                connection.execute(f"SET LOCAL statement_timeout = '{timeout}s'")
                connection.execute("SET LOCAL lock_timeout = '500ms'")
                rows = connection.execute(_QUERY).fetchall()
            break
        except psycopg.errors.LockNotAvailable:
            if not left:
                raise
    relations = [_relation(row, never_analysed=version < 140000) for row in rows]  # noqa: PLR2004 - see there
    return version_of(connection), tuple(_summed(relations))


def _relation(row: tuple[Any, ...], *, never_analysed: bool) -> _Relation:
    """A row as a record. That nobody has counted is told by -1; before 14 by no rows in no pages."""
    oid, schema, name, kind, tuples, pages, parent, size, indexes, toast = row
    uncounted = tuples < 0 or (never_analysed and not tuples and not pages)
    leaf = kind != "p"
    stats = TableStats(
        Name(schema, name),
        None if uncounted and leaf else int(tuples),
        _number(size),
        _number(indexes),
        _number(toast),
    )
    return _Relation(oid, parent, leaf, stats)


def _number(size: Any) -> int | None:  # int or Decimal, None for what was dropped meanwhile
    return None if size is None else int(size)


def _summed(relations: Iterable[_Relation]) -> Iterator[TableStats]:
    known = {relation.oid: relation for relation in relations}
    leaves: dict[int, list[TableStats]] = {}
    for relation in known.values():
        above = relation.parent
        while relation.leaf and above is not None and above in known:
            leaves.setdefault(above, []).append(relation.stats)
            above = known[above].parent
    for relation in known.values():
        parent = known.get(relation.parent) if relation.parent is not None else None
        stats = relation.stats if relation.leaf else _whole(relation.stats, leaves.get(relation.oid, []))
        yield replace(stats, partition_of=parent.stats.name if parent else None)


def _whole(table: TableStats, leaves: list[TableStats]) -> TableStats:
    return TableStats(
        table.name,
        _sum(leaf.rows for leaf in leaves),
        _sum(leaf.bytes for leaf in leaves),
        _sum(leaf.index_bytes for leaf in leaves),
        _sum(leaf.toast_bytes for leaf in leaves),
        len(leaves),
    )


def _sum(sizes: Iterable[int | None]) -> int | None:
    """The sum, None where a part is not known."""
    found = tuple(sizes)
    known = [size for size in found if size is not None]
    return sum(known) if len(known) == len(found) else None
