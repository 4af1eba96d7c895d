"""What avion-lint claims of a statement is what PostgreSQL 12 to 18 were seen to do (tests/data/postgres_locks.tsv)."""

import csv
from pathlib import Path

import pytest

from avion_lint.schema.model import Schema
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Effect, Lock, fails, legal_in_transaction, statement_effects
from tests.measure_effects import EXEMPT, KNOWN, schema_after
from tests.sql_helper import action, actions, schema

DATA = Path(__file__).parent / "data"


def rows() -> list[dict[str, str]]:
    with (DATA / "postgres_locks.tsv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if row["in_txn"] != "n/a"]


def versions(text: str) -> list[int]:
    """`12-14,16` → 12, 13, 14, 16."""
    ranges = [part.split("-") for part in text.split(",")]
    return [version for ends in ranges for version in range(int(ends[0]), int(ends[-1]) + 1)]


def spelled(mode: str) -> Lock:
    """`ShareRowExclusive` → SHARE ROW EXCLUSIVE."""
    return Lock("".join(f" {letter}" if letter.isupper() else letter for letter in mode).strip().upper())


ROWS = [(row, version) for row in rows() for version in versions(row["versions"])]
# The schema's tables with rows enough to be counted; `scanned` tells nothing of others.
FILLED = ("t", "r", "f", "s", "mv", "p1", "p2", "q")
# Where the table has more, or less, than the statement itself does.
OTHER_SCANS = {
    "rename_table": "the counters of the old name are taken for those of the new one",
    "refresh_matview": "what the query reads is not told",
}
MADE_ANEW = ("type_int_bigint", "type_varchar_shrink", "type_collate")  # under a new oid, which the table leaves out


@pytest.mark.parametrize(("row", "version"), ROWS, ids=[f"{row['id']}@{version}" for row, version in ROWS])
def test_a_statement_does_what_the_server_was_seen_to_do(row: dict[str, str], version: int) -> None:
    before = schema_after(row["setup"].replace("SET_SESSION", "SET"), KNOWN)
    parts = actions(row["sql"])
    refused = not all(legal_in_transaction(part, before, version) for part in parts)
    failure = next((told for part in parts if (told := fails(part, before, version, parts))), None)
    if row["sqlstate"] not in ("", "25001"):
        assert row["id"] in EXEMPT or (failure is not None and failure.sqlstate == row["sqlstate"])
        return
    assert refused == (row["sqlstate"] == "25001")
    found = {str(effect.relation): effect for effect in statement_effects(parts, before, version)}
    if refused:  # watched from outside: only the lock on the target was told for sure
        target = row["all_locks"].split("=")[0].split()[0] if row["target_lock"] else ""
        assert not target or found[target].lock is spelled(row["target_lock"])
        return
    check_locks(row, found)
    check_data(row, found)


def check_locks(row: dict[str, str], found: dict[str, Effect]) -> None:
    seen = {name: spelled(mode) for name, _, mode in (entry.partition("=") for entry in row["all_locks"].split())}
    unsure = {name for name, effect in found.items() if effect.rewrite is None}
    if unsure:
        seen = {name: lock for name, lock in seen.items() if name in found}

    assert {name: effect.lock for name, effect in found.items()} == seen


def check_data(row: dict[str, str], found: dict[str, Effect]) -> None:
    written = {*row["rewritten_tables"].split(), *row["rebuilt_indexes"].split()}
    claimed = {name for name, effect in found.items() if effect.rewrite}
    unsure = {name for name, effect in found.items() if effect.rewrite is None}
    if not unsure:
        assert claimed == written or (row["id"] in MADE_ANEW and claimed > written)
    if row["id"] in OTHER_SCANS:
        return
    scanned = {entry.split(":")[0] for entry in row["scanned"].split()}
    told = {name: effect.scan for name, effect in found.items() if name in FILLED and not effect.rewrite}
    assert {name: scan for name, scan in told.items() if scan is not None} == {
        name: name in scanned for name, scan in told.items() if scan is not None
    }


# --- what is not known is said to be not known -------------------------------------------------------------------


def effect_on(name: str, sql: str, before: Schema, version: int = 15) -> Effect:
    return next(each for each in statement_effects(actions(sql), before, version) if str(each.relation) == name)


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE old ALTER COLUMN a TYPE bigint",
        "ALTER TABLE old ADD COLUMN a int DEFAULT own_function()",
        "ALTER TABLE old ADD COLUMN a own_type",
        "ALTER TABLE old SET TABLESPACE pg_default",
    ],
)
def test_a_rewrite_that_cannot_be_told_is_none(sql: str) -> None:
    assert effect_on("old", sql, Schema()).rewrite is None


@pytest.mark.parametrize(
    "sql", ["ALTER TABLE old ALTER COLUMN a SET NOT NULL", "ALTER TABLE old VALIDATE CONSTRAINT c"]
)
def test_a_scan_that_cannot_be_told_is_none(sql: str) -> None:
    assert effect_on("old", sql, Schema()).scan is None


def test_a_table_that_is_older_than_the_migrations_is_locked_all_the_same() -> None:
    assert effect_on("old", "ALTER TABLE old ALTER COLUMN a TYPE bigint", Schema()).lock is Lock.ACCESS_EXCLUSIVE


# --- clauses of one statement ------------------------------------------------------------------------------------

T = "CREATE TABLE t (a int, b varchar(5)); ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL);"


def test_what_another_clause_drops_shows_nothing_any_more() -> None:
    before = schema(T)

    assert effect_on("t", "ALTER TABLE t ALTER a SET NOT NULL", before).scan is False
    assert effect_on("t", "ALTER TABLE t ALTER a SET NOT NULL, DROP CONSTRAINT c", before).scan is True


def test_a_table_is_locked_once_in_the_strongest_mode() -> None:
    found = statement_effects(actions("ALTER TABLE t ALTER a SET STATISTICS 5, ADD COLUMN d int"), schema(T))

    assert [(str(effect.relation), effect.lock) for effect in found] == [("t", Lock.ACCESS_EXCLUSIVE)]


def test_indexes_that_are_built_are_named() -> None:
    before = schema(T, "CREATE INDEX i ON t (b)")

    assert [str(name) for name in effect_on("t", "CREATE INDEX j ON t (a)", before).builds] == ["j"]
    assert [str(name) for name in effect_on("t", "ALTER TABLE t ALTER b TYPE char(9)", before).builds] == ["i"]
    assert effect_on("t", "ALTER TABLE t ALTER b TYPE text", before).builds == ()


# --- what is certain to fail -------------------------------------------------------------------------------------


def state(sql: str, *before: str, version: int = 15) -> str:
    failure = fails(action(sql), schema(*before), version)
    return failure.sqlstate if failure else ""


def test_a_failure_says_who_is_in_the_way() -> None:
    failure = fails(action("ALTER TABLE t DROP COLUMN a"), schema(T, "CREATE VIEW v AS SELECT a FROM t"), 15)

    assert failure is not None
    assert failure.why == "view v needs column a"


def test_cascade_is_in_nobodys_way() -> None:
    assert state("DROP TABLE t CASCADE", T, "CREATE VIEW v AS SELECT a FROM t") == ""


def test_two_tables_may_go_together() -> None:
    before = schema("CREATE TABLE r (id int PRIMARY KEY); CREATE TABLE f (id int REFERENCES r)")
    both = actions("DROP TABLE r, f")

    assert [fails(each, before, 15, both) for each in both] == [None, None]
    assert state("DROP TABLE r", "CREATE TABLE r (id int PRIMARY KEY); CREATE TABLE f (id int REFERENCES r)") == "2BP01"


def test_nothing_is_told_of_what_is_not_known() -> None:
    assert state("ALTER TABLE f ADD FOREIGN KEY (a) REFERENCES old (b)", "CREATE TABLE f (a int)") == ""
    assert state("REFRESH MATERIALIZED VIEW CONCURRENTLY old") == ""
    assert state("CREATE OR REPLACE VIEW v AS SELECT 1", "CREATE VIEW v AS SELECT * FROM old") == ""


@pytest.mark.parametrize(("version", "told"), [(17, "42809"), (18, "")])
def test_the_version_decides(version: int, told: str) -> None:
    before = "CREATE TABLE r (id int PRIMARY KEY); CREATE TABLE p (a int) PARTITION BY RANGE (a)"

    assert state("ALTER TABLE p ADD FOREIGN KEY (a) REFERENCES r NOT VALID", before, version=version) == told


def test_what_changes_rows_keeps_nobody_from_reading_and_writing_the_table() -> None:
    changing = [
        row for row, _ in ROWS if {type(part) for part in actions(row["sql"])} <= {a.Insert, a.Update, a.Delete}
    ]
    locks = [lock for row in changing for lock in row["all_locks"].split()]
    assert changing
    assert not [lock for lock in locks if spelled(lock.split("=")[-1]).blocks]
