"""Rules about what will fail, beyond what their pages show."""

from __future__ import annotations

import pytest

from tests.rules_helper import block, flyway, goose, objects, outside

JOBS = (
    "CREATE TYPE st AS ENUM ('a'); CREATE TABLE jobs (id bigint PRIMARY KEY, s st, note text, ss st[]);"
    "CREATE TABLE names (s text);"
)
ADD = "ALTER TYPE st ADD VALUE 'b';"


@pytest.mark.parametrize(
    "use",
    [
        "INSERT INTO jobs VALUES (1, 'b');",
        "INSERT INTO jobs (note, s) SELECT 'x', 'b';",
        "INSERT INTO jobs (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET s = 'b';",
        "UPDATE jobs SET s = CASE WHEN id = 1 THEN 'b' ELSE s END;",
        "DELETE FROM jobs WHERE s IN ('a', 'b');",
        "CREATE INDEX i ON jobs (id) WHERE s = 'b';",
        "CREATE TABLE more (s st DEFAULT 'b');",
        "ALTER TABLE jobs ADD COLUMN t st DEFAULT 'b';",
        "ALTER TABLE jobs ADD CONSTRAINT c CHECK (s <> 'b');",
        "CREATE VIEW v AS SELECT id FROM jobs WHERE s = 'b';",
        "SELECT ARRAY['b']::st[];",
        block("UPDATE jobs SET s = 'b';"),
    ],
)
def test_a_new_enum_value_cannot_be_used_in_its_transaction(use):
    assert objects(goose("SC110", JOBS, f"{ADD}\n{use}")) == ["st"]
    assert goose("SC110", JOBS, f"{use}\n{ADD}") == []
    assert outside("SC110", JOBS, f"{ADD}\n{use}") == []


@pytest.mark.parametrize(
    "use",
    [
        "INSERT INTO names VALUES ('b');",
        "UPDATE jobs SET note = 'b', s = 'a';",
        "UPDATE jobs SET s = CASE WHEN note = 'b' THEN 'a' ELSE s END;",
        "SELECT 1 FROM jobs j, names n WHERE n.s = 'b';",
        "SELECT 'b';",
        "ALTER TYPE st RENAME VALUE 'a' TO 'c';",
    ],
)
def test_the_same_word_elsewhere_is_no_use_of_an_enum_value(use):
    assert goose("SC110", JOBS, f"{ADD}\n{use}") == []


def test_a_new_type_takes_new_values_at_once_from_postgresql_17_on():
    up = "CREATE TYPE n AS ENUM ('a');\nALTER TYPE n ADD VALUE 'b';\nSELECT 'b'::n;"
    seventeen = "version: 1\npostgres: 17\n"

    assert objects(goose("SC110", "", up)) == ["n"]
    assert goose("SC110", "", up, settings=seventeen) == []


def test_flyway_runs_a_file_in_one_transaction():
    assert objects(flyway("SC110", JOBS, f"{ADD} SELECT 'b'::st;")) == ["st"]
    assert flyway("SC110", JOBS, f"{ADD} SELECT 'b'::st;", conf="executeInTransaction=false") == []


PEOPLE = "CREATE TABLE t (a int, b int); CREATE VIEW people AS SELECT a, b FROM t;"


def test_a_view_dropped_before_can_be_made_anew():
    up = "DROP VIEW people; CREATE OR REPLACE VIEW people AS SELECT b FROM t;"

    assert goose("SC112", PEOPLE, up) == []


def test_a_view_whose_columns_are_not_told_is_not_compared():
    assert goose("SC112", PEOPLE, "CREATE OR REPLACE VIEW people AS SELECT * FROM t;") == []
    assert goose("SC112", "CREATE VIEW people AS SELECT * FROM t;", "CREATE OR REPLACE VIEW people AS SELECT 1;") == []


def test_a_renamed_column_of_a_view_goes_by_its_new_name():
    renamed = f"{PEOPLE} ALTER VIEW people RENAME COLUMN b TO c;"

    assert objects(goose("SC112", renamed, "CREATE OR REPLACE VIEW people AS SELECT a, b FROM t;")) == ["people"]
    assert goose("SC112", renamed, "CREATE OR REPLACE VIEW people (a, c) AS SELECT a, b FROM t;") == []


EVENTS = (
    "CREATE TABLE events (at int, kind text) PARTITION BY RANGE (at);"
    "CREATE INDEX events_kind_idx ON ONLY events (kind); CREATE TABLE users (id int);"
)


def test_the_index_of_one_partition_or_of_another_table_may_be_built_concurrently():
    part = "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (2);"

    assert outside("SC113", EVENTS + part, "CREATE INDEX CONCURRENTLY i ON events_1 (kind);") == []
    assert outside("SC113", EVENTS, "CREATE INDEX CONCURRENTLY i ON users (id);") == []


def test_an_index_that_exists_is_not_built():
    sql = "CREATE INDEX CONCURRENTLY IF NOT EXISTS events_kind_idx ON events (kind);"

    assert outside("SC113", EVENTS, sql) == []
    assert objects(outside("SC113", EVENTS, "DROP INDEX CONCURRENTLY IF EXISTS events_kind_idx;")) == [
        "events_kind_idx"
    ]


TEAMS = (
    "CREATE TABLE teams (id bigint PRIMARY KEY);"
    "CREATE TABLE users (id bigint PRIMARY KEY, team bigint REFERENCES teams DEFERRABLE INITIALLY DEFERRED);"
)
ADD_COLUMN = "ALTER TABLE users ADD COLUMN a int;"


@pytest.mark.parametrize(
    ("change", "then", "found"),
    [
        ("INSERT INTO users VALUES (1, 1);", ADD_COLUMN, ["users"]),
        ("INSERT INTO users VALUES (1, 1);", "CREATE INDEX i ON users (team);", ["users"]),
        ("UPDATE users SET team = 2;", "TRUNCATE users;", ["users"]),
        ("DELETE FROM teams WHERE id = 1;", "ALTER TABLE teams ADD COLUMN a int;", ["teams"]),
        ("UPDATE users SET id = 2;", ADD_COLUMN, []),
        ("DELETE FROM users;", ADD_COLUMN, []),
        ("INSERT INTO teams VALUES (1);", ADD_COLUMN, []),
        ("INSERT INTO users VALUES (1, 1);", "ALTER TABLE users RENAME TO people;", []),
        ("INSERT INTO users VALUES (1, 1); SET CONSTRAINTS ALL IMMEDIATE;", ADD_COLUMN, []),
        (ADD_COLUMN, "INSERT INTO users VALUES (1, 1);", []),
    ],
)
def test_a_table_with_rows_to_be_checked_cannot_be_altered(change, then, found):
    assert objects(goose("SC111", TEAMS, f"{change} {then}")) == found
    assert outside("SC111", TEAMS, f"{change}\n{then}") == []
