"""Twice as many files, statements or objects cost about twice as much: counted in calls of functions, not in time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import FrameType

import pytest

from avion_lint.judgement.rehearse import rehearse
from avion_lint.verdict import Verdict
from avion_rules import all_rules
from avion_rules.fixes import all_fixers

RULES, FIXERS = all_rules(), all_fixers()
Files = Mapping[str, str]


def goose(up: str) -> str:
    header = "-- Author: Jo\n-- Date: 2026-01-31\n"
    return f"{header}-- +goose Up\nSET LOCAL lock_timeout = '3s';\n{up}\n-- +goose Down\nSELECT 1;\n"


def tables(count: int) -> Files:
    lines = (f"CREATE TABLE t{each} (id bigint PRIMARY KEY, a int);" for each in range(count))
    return {"db/00001_tables.sql": goose("\n".join(lines))}


def in_files(lines: list[str]) -> Files:
    return {f"db/{number:05}_a.sql": goose(line) for number, line in enumerate(lines, 2)}


def in_one(lines: list[str]) -> Files:
    return {"db/00002_a.sql": goose("\n".join(lines))}


def of_each(text: str, count: int) -> list[str]:
    return [text.replace("#", str(each)) for each in range(count)]


MADE: Mapping[str, Callable[[int], tuple[Files, Files]]] = {
    "indexes in files": lambda n: (tables(n), in_files(of_each("CREATE INDEX i# ON t# (a);", n))),
    "checks in files": lambda n: (tables(n), in_files(of_each("ALTER TABLE t# ADD CONSTRAINT c# CHECK (a > 0);", n))),
    "columns renamed in files": lambda n: (tables(n), in_files(of_each("ALTER TABLE t# RENAME COLUMN a TO b#;", n))),
    "indexes of one table": lambda n: (tables(1), in_files(of_each("CREATE INDEX i# ON t0 (a, (id + #));", n))),
    "indexes in one file": lambda n: (tables(n), in_one(of_each("CREATE INDEX i# ON t# (a);", n))),
    "drops in one file": lambda n: (tables(n), in_one(of_each("DROP TABLE t#;", n))),
    "what is no SQL": lambda n: (tables(1), in_one(of_each("CREATE TABEL u# (id int);", n))),
    "columns in one statement": lambda n: (
        tables(1),
        in_one([f"ALTER TABLE t0 {', '.join(of_each('ADD COLUMN c# int', n))};"]),
    ),
    "tables in one statement": lambda n: (tables(n), in_one([f"DROP TABLE {', '.join(of_each('t#', n))};"])),
    "made again": lambda n: (tables(n), in_files(of_each("DROP TABLE t#;\nCREATE TABLE t# (id bigint);", n))),
    "partitions": lambda n: (parted(), in_one(of_each(PARTITION, n))),
    "partitions in files": lambda n: (parted(), in_files(of_each(PARTITION, n))),
    "partitions attached": lambda n: (parted() | {"db/00002_parts.sql": parts(n)}, {"db/00003_a.sql": attached(n)}),
    "foreign keys to one table": lambda n: (
        tables(n),
        in_one(of_each("ALTER TABLE t# ADD CONSTRAINT f# FOREIGN KEY (a) REFERENCES t0 (id);", n)),
    ),
    "columns one by one": lambda n: (tables(1), in_one(of_each("ALTER TABLE t0 ADD COLUMN c# int;", n))),
    "columns dropped": lambda n: (wide(n), in_one([f"ALTER TABLE t0 {', '.join(of_each('DROP COLUMN c#', n))};"])),
    "rows in one statement": lambda n: (
        tables(1),
        in_one([f"INSERT INTO t0 VALUES {', '.join(of_each('(#, #)', n))};"]),
    ),
    "suppressed in one file": lambda n: (
        tables(1),
        in_one(of_each("-- avion-lint: ignore[index-not-concurrent] small\nCREATE INDEX i# ON t0 (a, (id + #));", n)),
    ),
    "applied files": lambda n: (tables(n) | in_files(of_each("ALTER TABLE t# ADD COLUMN b int;", n)), {}),
}


PARTITION = "CREATE TABLE p# PARTITION OF p FOR VALUES FROM (#) TO (#1);"


def parted() -> Files:
    return {"db/00001_parted.sql": goose("CREATE TABLE p (id bigint, a int) PARTITION BY RANGE (a);")}


def parts(count: int) -> str:
    return goose("\n".join(of_each("CREATE TABLE p# (id bigint, a int);", count)))


def attached(count: int) -> str:
    return goose("\n".join(of_each("ALTER TABLE p ATTACH PARTITION p# FOR VALUES FROM (#) TO (#1);", count)))


def wide(count: int) -> Files:
    columns = ", ".join(of_each("c# int", count))
    return {"db/00001_wide.sql": goose(f"CREATE TABLE t0 (id bigint PRIMARY KEY, {columns});")}


@pytest.mark.parametrize("kind", MADE)
def test_one_more_costs_the_same_among_many_as_among_few(kind: str) -> None:
    judged(MADE[kind](2))  # what is loaded and remembered once is not counted
    few, more, many = (calls(lambda count=count: judged(MADE[kind](count))) for count in (5, 30, 105))

    assert (many - more) / 75 < 1.15 * (more - few) / 25


def judged(files: tuple[Files, Files]) -> Verdict:
    before, here = files
    new = {"db/99999_last.sql": goose("SELECT 1;")}
    return rehearse({**before, **here, **new}, before, RULES, policy="default", fixers=FIXERS)


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those in C among them, and how often a generator goes on."""
    count = 0

    def note(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
