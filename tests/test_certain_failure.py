"""Statements that are certain to fail are told, those that only look so are not."""

from __future__ import annotations

import pytest

from tests.rules_helper import goose

USERS = "CREATE TABLE users (id bigint PRIMARY KEY, email text CONSTRAINT named CHECK (email <> ''), tags text[]);"


def told(up: str, down: str = "SELECT 1;", before: str = USERS) -> list[str]:
    return [finding.message.partition(" with SQLSTATE ")[2][:5] for finding in goose("SC115", before, up, down)]


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("CREATE TABLE users (id bigint);", "42P07"),
        ("CREATE TABLE orders (id bigint, id text);", "42701"),
        ("CREATE TABLE orders (id bigint PRIMARY KEY, a int, PRIMARY KEY (a));", "42P16"),
        ("ALTER TABLE users ADD COLUMN email text;", "42701"),
        ("ALTER TABLE users RENAME COLUMN id TO email;", "42701"),
        ("ALTER TABLE users ADD CONSTRAINT named CHECK (id > 0) NOT VALID;", "42710"),
        ("CREATE INDEX users_pkey ON users (email);", "42P07"),
        ("UPDATE users SET email = 'a', email = 'b' WHERE id = 1;", "42601"),
    ],
)
def test_what_is_named_twice_fails(sql, sqlstate):
    assert told(sql) == [sqlstate]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE IF NOT EXISTS users (id bigint);",
        "CREATE TEMPORARY TABLE users (id bigint);",
        "CREATE TABLE other.users (id bigint);",
        "ALTER TABLE users DROP COLUMN email, ADD COLUMN email int;",
        "ALTER TABLE users DROP CONSTRAINT users_pkey, ADD PRIMARY KEY (email);",
        "ALTER TABLE users DROP CONSTRAINT named, ADD CONSTRAINT named CHECK (id > 0);",
        "UPDATE users SET tags[1] = 'a', tags[2] = 'b' WHERE id = 1;",
        "CREATE INDEX other ON users (email, email);",
    ],
)
def test_what_only_looks_so_does_not(sql):
    assert told(sql) == []


def test_a_down_section_fails_where_it_drops_in_the_wrong_order():
    assert told("CREATE TYPE s AS ENUM ('a');\nALTER TABLE users ADD COLUMN s s;", "DROP TYPE s;") == ["2BP01"]
    assert told("CREATE TABLE a (id int);\nCREATE VIEW v AS SELECT id FROM a;", "DROP VIEW v;\nDROP TABLE a;") == []
