"""Sizes of tables at a moment, and what counts as small and as large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from avion_lint.clock import date
from avion_lint.record import field, record
from avion_lint.source import Document, Place
from avion_lint.sql.actions import Name

MB = 1024**2
GB = 1024**3


@record
class TableStats:
    """Size of a table with its partitions; None where it is not known.

    `rows` is an estimate (pg_class.reltuples). `bytes` are those of the table with its TOAST table, without indexes;
    `index_bytes` those of its indexes. `partitions` counts the partitions that are summed up in it.
    """

    name: Name
    rows: int | None = None
    bytes: int | None = None
    index_bytes: int | None = None
    toast_bytes: int | None = None
    partitions: int = 0
    partition_of: Name | None = None


@record
class Stats:
    """What a stats file says: sizes by table, the day (UTC) on which they were measured, and on which server.

    `place` is where the file says when. A name without a schema stands for the table in the search path.
    """

    measured: date
    server: str = ""
    tables: Mapping[Name, TableStats] = field(default_factory=dict)
    place: Place | None = None
    document: Document | None = None

    def of(self, name: Name, search_path: tuple[str, ...] = ("public",)) -> TableStats | None:
        """Size of a table, None where the file does not name it."""
        for candidate in _candidates(name, search_path):
            if candidate in self.tables:
                return self.tables[candidate]
        return None


def _candidates(name: Name, search_path: tuple[str, ...]) -> Iterator[Name]:
    """Ways in which a file may name the table that a migration names."""
    if name.schema is not None:
        yield name
        if name.schema in search_path:
            yield Name(None, name.name)
        return
    for schema in search_path:
        yield Name(schema, name.name)
    yield name


@record
class Thresholds:
    """Up to where a table is small, from where on it is large, and for how many days its size is relied on.

    Below 10,000 rows and 10 MB a scan, a rewrite or an index build is over before a human notices: at the slowest
    rates of `stats.rates` it takes less than half a second.
    """

    small_rows: int = 10_000
    small_bytes: int = 10 * MB
    large_rows: int = 10_000_000
    large_bytes: int = 10 * GB
    days: int = 90

    def is_small(self, table: TableStats) -> bool:
        """Whether all that is known of the table is below the small thresholds."""
        known = [(table.rows, self.small_rows), (table.bytes, self.small_bytes)]
        told = [size < limit for size, limit in known if size is not None]
        return bool(told) and all(told)

    def is_large(self, table: TableStats) -> bool:
        """Whether anything that is known of the table reaches a large threshold."""
        known = ((table.rows, self.large_rows), (table.bytes, self.large_bytes))
        return any(size is not None and size >= limit for size, limit in known)


@record
class Known:
    """The sizes that hold for a service, and what they mean there."""

    stats: Stats
    thresholds: Thresholds = Thresholds()

    def is_old(self, today: date) -> bool:
        """Whether the sizes were measured too long ago to keep anything silent."""
        return (today - self.stats.measured).days > self.thresholds.days
