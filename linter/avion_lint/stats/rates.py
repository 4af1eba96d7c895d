"""How long work on a table takes at least and at most, from its size: ranges wide enough to be honest.

Where the rates come from. Reading: a cloud disk's baseline is 125 MB/s (AWS EBS gp3; Google and Azure offer about as
much), its best about 1,000 MB/s, which is also about what one process checks of rows that are in memory. Writing anew
reads, writes and logs every row (WAL), so that a disk of 125 MB/s gives a quarter of it to each table byte. An index
build sorts: its slow end is a text column with sorting on disk, its fast end an integer in memory. Changing rows writes
a second version of each and an entry in every index, and waits for the log.

Measured with PostgreSQL 15 on a virtual machine of two cores that were busy with other work (4,000,000 rows, 500 MB,
fsync off), in seconds, beside what is said here: a scan 2 (0.5 to 6.3), an index build 13 and 20 (1.8 to 40), a foreign
key 11 (1.5 to 33), a rewrite with three indexes 63 (9 to 83), an update of every row 386 (16 to 500); with the machine
idle about a third of it. tests/measure_rates.py measures again. What no number here holds: the time that a statement
waits for its lock, and what triggers and functions in expressions take.
"""

from __future__ import annotations

from avion_lint.enumeration import StrEnum
from avion_lint.record import record
from avion_lint.stats.model import TableStats

_MB = 1_000_000


@record
class Range:
    """At least and at most, in any unit."""

    low: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def over(self, rate: Range) -> Range:
        """Seconds for this much at a rate per second."""
        return Range(self.low / rate.high, self.high / rate.low)

    def times(self, count: int) -> Range:
        """As much, that many times."""
        return Range(self.low * count, self.high * count)


SCAN = Range(80 * _MB, 1_000 * _MB)  # bytes read a second
REWRITE = Range(25 * _MB, 200 * _MB)  # bytes of the table written anew a second, without its indexes
REBUILD = Range(8 * _MB, 80 * _MB)  # bytes of its indexes built anew a second
BUILD = Range(120_000, 3_000_000)  # rows sorted into an index a second
LOOKUP = Range(150_000, 4_000_000)  # rows whose foreign key is looked up a second
CHANGE = Range(8_000, 250_000)  # rows updated, deleted or copied a second

_ROW = Range(40, 800)  # bytes of a row, where only rows or only bytes are known


class Task(StrEnum):
    """Work whose length follows from the size of a table."""

    SCAN = "scan"
    REWRITE = "rewrite"
    BUILD = "build"
    LOOKUP = "lookup"
    CHANGE = "change"


def seconds(task: Task, table: TableStats, indexes: int = 1) -> Range | None:
    """How long a task on a table takes; None where nothing is known of its size.

    `indexes` is how many a build makes.
    """
    rows, size = _rows(table), _bytes(table)
    if rows is None or size is None:
        return None
    match task:
        case Task.SCAN:
            return size.over(SCAN)
        case Task.LOOKUP:
            return size.over(SCAN) + rows.over(LOOKUP)
        case Task.BUILD:
            return (size.over(SCAN) + rows.over(BUILD)).times(max(indexes, 1))
        case Task.CHANGE:
            return rows.over(CHANGE)
        case Task.REWRITE:
            built = table.index_bytes
            return size.over(REWRITE) + (Range(built, built).over(REBUILD) if built is not None else Range(0, 0))


def _rows(table: TableStats) -> Range | None:
    if table.rows is not None:
        return Range(table.rows, table.rows)
    return Range(table.bytes / _ROW.high, table.bytes / _ROW.low) if table.bytes is not None else None


def _bytes(table: TableStats) -> Range | None:
    if table.bytes is not None:
        return Range(table.bytes, table.bytes)
    return Range(table.rows * _ROW.low, table.rows * _ROW.high) if table.rows is not None else None
