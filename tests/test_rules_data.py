"""Rules of data: what their pages do not show."""

from __future__ import annotations

import pytest

from tests.rules_helper import FLYWAY, block, flyway, goose, judged, objects, outside

USERS = "CREATE TABLE users (id bigint PRIMARY KEY, email text, active boolean);"


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("UPDATE users SET email = '';", ["users"]),
        ("UPDATE users SET email = '' WHERE id = 1;", []),
        ("UPDATE users SET email = '' WHERE 1 = 1 AND true;", ["users"]),
        ("UPDATE users u SET email = o.email FROM other o WHERE o.id = u.id;", []),
        ("UPDATE users SET email = '' WHERE email IS NULL;", []),
        ("ALTER TABLE users ADD COLUMN a int; UPDATE users SET a = 1 WHERE a IS NULL;", ["users"]),
        ("ALTER TABLE users ADD COLUMN a int DEFAULT 1; UPDATE users SET a = 2 WHERE a IS NULL;", []),
        ("ALTER TABLE users ADD COLUMN a int; UPDATE users SET a = 1 WHERE email IS NULL;", []),
        ("CREATE TABLE t (a int); UPDATE t SET a = 1;", []),
        ("CREATE TEMP TABLE t (a int); UPDATE t SET a = 1;", []),
        (block("CREATE TEMP TABLE t (a int);\nUPDATE t SET a = 1;"), []),
        (block("UPDATE users SET email = '';"), ["users"]),
        ("WITH u AS (UPDATE users SET email = '' RETURNING id) SELECT count(*) FROM u;", ["users"]),
        ("UPDATE older_than_the_migrations SET a = 1;", ["older_than_the_migrations"]),
    ],
)
def test_which_updates_are_of_every_row(up, found):
    assert objects(goose("DA101", USERS, up)) == found


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("CREATE TABLE t (a int PRIMARY KEY, b int);", "a IN (SELECT a FROM"),
        ("CREATE TABLE t (a int, b int, PRIMARY KEY (a, b));", "(a, b) IN (SELECT a, b FROM"),
        ("CREATE TABLE t (a int, b int);", "(tableoid, ctid) IN (SELECT tableoid, ctid FROM"),
    ],
)
def test_batches_are_told_apart_by_the_primary_key(table, key):
    (finding,) = goose("DA102", table, "DELETE FROM t;")
    assert f"DELETE FROM t\n    WHERE {key} t LIMIT 5000);" in finding.remedy


def test_the_batch_keeps_what_is_set():
    up = "ALTER TABLE users ADD COLUMN a int; UPDATE users SET a = length(email)\nWHERE a IS NULL;"
    (finding,) = goose("DA101", USERS, up)
    left = "a IS NULL AND (length(email)) IS NOT NULL"
    loop = f"UPDATE users SET a = length(email)\n    WHERE id IN (SELECT id FROM users WHERE {left} LIMIT 5000);"
    assert loop in finding.remedy


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("DELETE FROM users;", ["users"]),
        ("DELETE FROM users WHERE id < 100;", []),
        ("DELETE FROM users USING other WHERE other.id = users.id;", []),
        ("CREATE TABLE t (a int); DELETE FROM t;", []),
        ("WITH gone AS (DELETE FROM users RETURNING *) INSERT INTO archive SELECT * FROM gone;", ["users"]),
    ],
)
def test_which_deletions_are_of_every_row(up, found):
    assert objects(goose("DA102", USERS, up)) == found


LOOP = "LOOP\nUPDATE users SET email = '' WHERE id IN (SELECT id FROM users WHERE email IS NULL LIMIT 9);\n{}END LOOP;"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (LOOP.format(""), ["users"]),
        (f"FOR i IN 1..9 {LOOP.format('')}", ["users"]),
        ("UPDATE users SET email = '' WHERE id = 1;", []),
        ("CREATE TEMP TABLE t (a int);\nLOOP\nUPDATE t SET a = 1 WHERE a = 2;\nEND LOOP;", []),
        ("FOR i IN 1..9 LOOP\nINSERT INTO users VALUES (i);\nEND LOOP;", []),
        ("FOR i IN 1..9 LOOP\nEXECUTE format('UPDATE %I SET a = 1', i);\nEND LOOP;", []),
    ],
)
def test_which_loops_hold_locks_to_the_end(body, found):
    assert objects(outside("DA103", USERS, block(body))) == found


def test_a_loop_that_commits_is_no_single_transaction():
    committing = block(LOOP.format("COMMIT;\n"))
    assert outside("DA103", USERS, committing) == []
    assert goose("DA103", USERS, committing) == []  # it fails, which LK107 tells
    assert len(goose("LK107", USERS, committing)) == 1


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("INSERT INTO archive SELECT * FROM users;", ["users"]),
        ("INSERT INTO archive SELECT * FROM users WHERE active = true;", ["users"]),
        ("INSERT INTO archive SELECT id FROM users WHERE email = 'x';", []),
        ("CREATE TABLE t (a int); INSERT INTO archive SELECT * FROM t;", []),
        ("CREATE TEMP TABLE t AS SELECT * FROM users;", []),
        ("CREATE TEMP TABLE t (a int); INSERT INTO t SELECT id FROM users;", []),
        ("CREATE TABLE t AS SELECT * FROM users WITH NO DATA;", []),
        ("CREATE MATERIALIZED VIEW m AS SELECT * FROM users;", []),
        (block("CREATE TABLE t (a int);\nINSERT INTO t SELECT id FROM users;"), ["users"]),
        ("CREATE TABLE t (id int); INSERT INTO archive SELECT u.* FROM t JOIN users u ON u.id = t.id;", []),
        ("CREATE TABLE t (id int); INSERT INTO archive SELECT u.* FROM users u JOIN t ON u.id = t.id;", ["users"]),
    ],
)
def test_which_copies_may_be_large(up, found):
    assert objects(goose("DA104", USERS, up)) == found


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("TRUNCATE users, other;", ["users"]),
        ("CREATE TABLE t (a int); TRUNCATE t, other;", ["other"]),
        ("CREATE TABLE t (a int); TRUNCATE t;", []),
        ("CREATE TEMP TABLE t (a int); TRUNCATE t;", []),
    ],
)
def test_which_tables_are_emptied(up, found):
    assert objects(goose("DA105", USERS, up)) == found


def test_truncated_tables_are_told_together():
    (finding,) = goose("DA105", USERS, "TRUNCATE users, other;")
    assert finding.message.startswith("Takes every row of users and other away")


ADDED = "ALTER TABLE users ADD COLUMN n integer; "


@pytest.mark.parametrize(
    ("up", "told"),
    [
        ("UPDATE users SET email = 'x';", "WHERE email IS DISTINCT FROM 'x' LIMIT 5000"),
        ("UPDATE users u SET email = lower(u.name);", "FROM users AS u WHERE email IS DISTINCT FROM (lower(u.name))"),
        ("UPDATE users SET email = lower(email);", "WHERE email IS DISTINCT FROM (lower(email)) LIMIT"),
        ("UPDATE users SET email = id + 1;", "email IS DISTINCT FROM (id + 1) LIMIT"),
        (f"{ADDED}UPDATE users SET n = 5;", "ALTER TABLE users ADD COLUMN n integer DEFAULT 5;"),
        (f"{ADDED}UPDATE users SET n = 5 WHERE n IS NULL;", "ALTER TABLE users ADD COLUMN n integer DEFAULT 5;"),
        (f"{ADDED}UPDATE users SET n = id WHERE n IS NULL;", "n IS NULL AND (id) IS NOT NULL LIMIT"),
        (f"{ADDED}UPDATE users SET n = id, email = 'x';", "(n IS DISTINCT FROM (id) OR email IS DISTINCT FROM 'x')"),
    ],
)
def test_what_is_left_to_update_is_told_whole(up, told):
    (finding,) = goose("DA101", USERS, up)
    assert told in finding.remedy


@pytest.mark.parametrize(
    "up",
    [
        "UPDATE users SET id = id + 1;",
        "UPDATE users SET email = lower(email || name);",
        "UPDATE users SET email = md5(email);",
        "UPDATE users SET email = lower(email) || 'x';",
        "UPDATE users SET email = name, name = email;",
        "UPDATE users SET email = now();",
        "UPDATE users SET email = gen_random_uuid();",
        "UPDATE users SET email = (SELECT max(name) FROM users WHERE id > 0);",
        "UPDATE users SET email = DEFAULT;",
        "WITH x AS (SELECT 1) UPDATE users SET email = 'x';",
    ],
)
def test_what_would_never_end_or_change_rows_twice_gets_no_loop(up):
    (finding,) = goose("DA101", USERS, up)
    assert "LOOP" not in finding.remedy
    assert "…" not in finding.remedy


def test_other_databases_are_given_no_blocks():
    (finding,) = flyway("DA101", "SELECT 1;", "UPDATE users SET email = '';", settings="dialect: mysql")
    assert "DO $$" not in finding.remedy


def test_what_a_callback_drops_before_all_migrations_is_there_after_them() -> None:
    made = "CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);\n"
    index = "CREATE INDEX wide ON users (email, name);\nCREATE INDEX narrow ON users (email);\n"
    here = {f"{FLYWAY}/V2__b.sql": index, f"{FLYWAY}/beforeMigrate.sql": "DROP TABLE IF EXISTS users;\n"}

    assert objects(judged(here, {f"{FLYWAY}/V1__a.sql": made}, "DA110")) == ["narrow"]
