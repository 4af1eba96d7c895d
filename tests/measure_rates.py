"""How fast a real server works on tables, beside the ranges of `avion_lint.stats.rates`.

`python -m tests.measure_rates URI [ROWS]` prints them; it makes a table of ROWS rows (4,000,000) in the schema `rates`
of that database and drops it again.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import psycopg

from avion_lint.sql.actions import Name
from avion_lint.stats.model import TableStats
from avion_lint.stats.rates import Range, Task, seconds

START = """\
CREATE SCHEMA rates;
CREATE TABLE rates.keys (id bigint PRIMARY KEY);
INSERT INTO rates.keys SELECT n FROM generate_series(0, 99999) n;
CREATE TABLE rates.big (id bigint PRIMARY KEY, key bigint, a int, b text, c timestamptz DEFAULT now());
"""
FILL = """\
INSERT INTO rates.big
SELECT n, (n::bigint * 7919) % 100000, n % 100, md5(n::text) || md5((n + 1)::text) FROM generate_series(1, {rows}) n
"""
WORK = (
    (Task.SCAN, "ALTER TABLE rates.big ALTER key SET NOT NULL"),
    (Task.SCAN, "ALTER TABLE rates.big ADD CONSTRAINT positive CHECK (a >= 0)"),
    (Task.BUILD, "CREATE INDEX big_key ON rates.big (key)"),
    (Task.BUILD, "CREATE INDEX big_b ON rates.big (b)"),
    (Task.LOOKUP, "ALTER TABLE rates.big ADD CONSTRAINT refers FOREIGN KEY (key) REFERENCES rates.keys"),
    (Task.REWRITE, "ALTER TABLE rates.big ALTER a TYPE bigint"),
    (Task.CHANGE, "UPDATE rates.big SET a = a + 1"),
)


@dataclass(frozen=True)
class Measured:
    """A statement, how long it took and how long it was to take, in seconds."""

    task: Task
    sql: str
    took: float
    said: Range


def measured(server: str, rows: int) -> list[Measured]:
    """What a server needs for each sort of work on a table of so many rows."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS rates CASCADE")
        connection.execute(START.encode())
        connection.execute(FILL.format(rows=rows).encode())
        connection.execute("VACUUM ANALYZE rates.big")
        found = [_measured(connection, rows, task, sql) for task, sql in WORK]
        connection.execute("DROP SCHEMA rates CASCADE")
    return found


def _measured(connection: psycopg.Connection, rows: int, task: Task, sql: str) -> Measured:
    sizes = connection.execute("SELECT pg_table_size('rates.big'), pg_indexes_size('rates.big')").fetchone()
    said = seconds(task, TableStats(Name("rates", "big"), rows, *sizes))
    begin = time.perf_counter()
    connection.execute(sql.encode())
    return Measured(task, sql, time.perf_counter() - begin, said)


if __name__ == "__main__":
    for each in measured(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 4_000_000):
        print(f"{each.took:8.2f} s of {each.said.low:.2f} to {each.said.high:.2f} s  {each.task:8} {each.sql}")  # noqa: T201
