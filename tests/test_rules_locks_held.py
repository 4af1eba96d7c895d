"""Rules about locks that are held long, and about limits on waiting, beyond what their pages show."""

from __future__ import annotations

import pytest

from tests.rules_helper import FLYWAY, block, flyway, goose, judged, objects, outside

USERS = "CREATE TABLE users (id bigint PRIMARY KEY, email text); CREATE TABLE other (id bigint, email text);"
ALTER = "ALTER TABLE users ADD COLUMN a int;"


def test_long_work_is_found_after_the_lock_only_and_once_a_transaction():
    work = "UPDATE other SET email = lower(email);"

    assert objects(goose("LK130", USERS, f"{ALTER} {work} {work}")) == ["users"]
    assert goose("LK130", USERS, f"{work} {ALTER}") == []
    assert outside("LK130", USERS, f"{ALTER}\n{work}") == []


def test_statements_that_goose_sends_as_one_query_are_told_once():
    both = f"-- +goose StatementBegin\n{ALTER} DELETE FROM other;\n-- +goose StatementEnd"

    assert outside("LK130", USERS, both) == []
    assert objects(outside("MG109", USERS, both)) == ["users"]
    assert objects(goose("LK130", USERS, both)) == ["users"]


def test_work_on_few_rows_or_new_tables_is_not_long():
    assert goose("LK130", USERS, f"{ALTER} UPDATE users SET email = 'x' WHERE id = 1;") == []
    assert goose("LK130", USERS, f"CREATE TABLE n (id int); {ALTER} UPDATE n SET id = 1;") == []
    assert goose("LK130", USERS, f"{ALTER} INSERT INTO other VALUES (1, 'x');") == []


def test_a_lock_that_readers_do_not_notice_does_not_count():
    up = "CREATE INDEX i ON users (email); UPDATE other SET email = 'x';"

    assert goose("LK130", USERS, up) == []


def test_set_local_in_a_block_or_in_one_query_holds():
    one = f"-- +goose StatementBegin\nSET LOCAL lock_timeout = '3s'; {ALTER}\n-- +goose StatementEnd"

    assert outside("LK126", USERS, one) == []
    assert outside("LK126", USERS, block("SET LOCAL lock_timeout = '3s'; ALTER TABLE users ADD COLUMN a int;")) == []


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("beforeMigrate.sql", "SET lock_timeout = '3s'; SET statement_timeout = '1h';", 1),
        ("afterConnect.sql", "SET lock_timeout = '3s';", 1),
        ("beforeEachMigrate.sql", "SET lock_timeout = '3s';", 0),
        ("beforeMigrate.sql", "SET lock_timeout = '3s'; DELETE FROM users WHERE id = 1;", 0),
        ("beforeMigrate.sql", "SET work_mem = '3MB';", 0),
    ],
)
def test_a_callback_on_another_connection_sets_nothing_for_the_migrations(name, text, count):
    assert len(judged({f"{FLYWAY}/{name}": text}, {f"{FLYWAY}/V1__a.sql": USERS}, "LK126")) == count


def test_every_timeout_counts_outside_a_transaction():
    found = flyway(
        "LK126", USERS, "SET LOCAL statement_timeout = '1h'; VACUUM users;", conf="executeInTransaction=false"
    )

    assert objects(found) == ["statement_timeout"]


def test_a_lock_timeout_of_0_matters_where_something_waits():
    role = "version: 1\nlock-timeout: role\n"

    assert objects(goose("LK126", USERS, f"SET lock_timeout = 0; {ALTER}", settings=role)) == ["lock_timeout"]
    assert goose("LK126", USERS, "SET lock_timeout = 0; CREATE TABLE n (id int);") == []
    assert goose("LK126", USERS, f"SET lock_timeout = 0; SET LOCAL lock_timeout = '3s'; {ALTER}") == []


def test_a_limit_that_comes_late_for_one_lock_and_in_time_for_another_has_an_effect():
    later = "ALTER TABLE other ADD COLUMN a int;"

    assert goose("LK126", USERS, f"{ALTER} SET LOCAL lock_timeout = '3s'; {later}") == []
    assert objects(goose("LK126", USERS, f"{ALTER} SET LOCAL lock_timeout = '3s'; SELECT 1;")) == ["lock_timeout"]
    assert goose("LK126", USERS, f"SET lock_timeout = '1s'; {ALTER} SET lock_timeout = '9s';") == []
