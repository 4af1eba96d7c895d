"""What is gone when a statement asks for it: as the rule says it, and as a real server says it."""

from __future__ import annotations

import psycopg
import pytest

from tests.rules_helper import goose

BEFORE = """CREATE TABLE users (id bigint PRIMARY KEY, email text, n int CONSTRAINT positive CHECK (n > 0));
CREATE INDEX users_email_idx ON users (email);
CREATE TABLE posts (id bigserial PRIMARY KEY, author bigint REFERENCES users);
CREATE VIEW names AS SELECT id FROM posts;
CREATE SCHEMA other;
CREATE TABLE other.users (id bigint);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION f();"""


@pytest.mark.parametrize(
    "up",
    [
        "DROP TABLE users CASCADE; DROP INDEX users_email_idx;",
        "DROP TABLE users CASCADE; ALTER TABLE users ADD COLUMN x int;",
        "DROP TABLE users CASCADE; DROP TABLE users;",
        "DROP TABLE users CASCADE; INSERT INTO users VALUES (1);",
        "DROP TABLE users CASCADE; CREATE INDEX i ON users (id);",
        "DROP TABLE posts CASCADE; TRUNCATE users, posts;",
        "DROP TABLE posts CASCADE; DROP VIEW names;",
        "DROP TABLE posts CASCADE; DROP TRIGGER t ON posts;",
        "DROP TABLE posts CASCADE; DROP SEQUENCE posts_id_seq;",
        "ALTER TABLE users DROP COLUMN email; DROP INDEX users_email_idx;",
        "ALTER TABLE users DROP COLUMN email; ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
        "ALTER TABLE users DROP COLUMN n; ALTER TABLE users DROP CONSTRAINT positive;",
        "ALTER TABLE users DROP COLUMN n; ALTER TABLE users DROP COLUMN n;",
        "ALTER TABLE users RENAME TO people; UPDATE users SET n = 1;",
        "ALTER TABLE users RENAME COLUMN n TO m; ALTER TABLE users RENAME COLUMN n TO k;",
        "DROP TABLE posts CASCADE; DROP TABLE users; DROP INDEX public.users_email_idx;",
        "ALTER INDEX users_email_idx RENAME TO i; DROP INDEX users_email_idx;",
    ],
)
def test_what_is_gone_is_told_with_the_server_s_own_sqlstate(up, postgres):
    found = goose("SC120", BEFORE, up)

    assert [finding.message.partition(":")[0] for finding in found] == [f"Fails with SQLSTATE {refusal(postgres, up)}"]


@pytest.mark.parametrize(
    "up",
    [
        "DROP TABLE users CASCADE; DROP INDEX IF EXISTS users_email_idx;",
        "DROP TABLE users CASCADE; ALTER TABLE IF EXISTS users ADD COLUMN x int;",
        "DROP TABLE users CASCADE; CREATE TABLE users (id bigint); INSERT INTO users VALUES (1);",
        "DROP TABLE posts CASCADE; DROP TRIGGER IF EXISTS t ON posts;",
        "DROP TABLE users CASCADE; INSERT INTO other.users VALUES (1);",
        "ALTER TABLE users DROP COLUMN email; ALTER TABLE users ADD COLUMN email text; DROP INDEX IF EXISTS users_email_idx;",  # noqa: E501
        "ALTER TABLE users RENAME TO people; INSERT INTO people VALUES (1);",
        "DROP TABLE users CASCADE; SET search_path = other; INSERT INTO users VALUES (1);",
        "SET search_path = other; DROP TABLE users; SET search_path = public; UPDATE users SET n = 1;",
        "DROP TABLE users CASCADE; DO 'BEGIN CREATE TABLE users (id int); END'; INSERT INTO users VALUES (1);",
        "ALTER TABLE users DROP CONSTRAINT positive; ALTER TABLE users ADD CONSTRAINT positive CHECK (n > 1); ALTER TABLE users DROP CONSTRAINT positive;",  # noqa: E501
        "DROP INDEX users_email_idx; CREATE INDEX users_email_idx ON users (n); DROP INDEX users_email_idx;",
    ],
)
def test_nothing_is_said_where_the_server_runs_it(up, postgres):
    assert goose("SC120", BEFORE, up) == []
    assert refusal(postgres, up) is None


def test_what_dynamic_sql_may_have_made_is_not_called_gone():
    up = "DROP TABLE users CASCADE; DO 'BEGIN EXECUTE format(''x''); END'; INSERT INTO users VALUES (1);"

    assert goose("SC120", BEFORE, up) == []


def refusal(uri: str, up: str) -> str | None:
    """The SQLSTATE with which a server refuses the last statement, after those before it ran."""
    with psycopg.connect(uri) as connection:
        try:
            connection.execute(f"DROP SCHEMA IF EXISTS other CASCADE; {BEFORE} {up}".encode())
        except psycopg.Error as error:
            return error.sqlstate
        finally:
            connection.rollback()
    return None
