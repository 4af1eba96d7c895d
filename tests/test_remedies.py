"""What remedies tell to run is run on a real PostgreSQL, on the tables that they are for."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from avion_lint.sql.statements import read
from tests.rules_helper import goose

USERS = 'CREATE TABLE users (id bigint PRIMARY KEY, email text, "Name" text);'
ROWS = "INSERT INTO users SELECT g, 'x' FROM generate_series(1, 12000) AS g;"
PAIRS = "CREATE TABLE ab (a int, b int, PRIMARY KEY (a, b)); INSERT INTO ab SELECT g, g FROM generate_series(1, 9) g;"
EVENTS = (
    "CREATE TABLE events (at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);\n"
    "CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\n"
    "INSERT INTO events SELECT '2026-01-01'::timestamptz + g * interval '1 minute' FROM generate_series(1, 12000) g;"
)


@pytest.fixture
def server(postgres: str) -> Iterator[psycopg.Connection]:
    """A session, outside any transaction, in a database of its own."""
    name = f"remedy_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with psycopg.connect(make_conninfo(postgres, dbname=name), autocommit=True) as connection:
                yield connection
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def follow(server: psycopg.Connection, rule: str, before: str, up: str, first: str = "") -> None:
    """Run the SQL of the one remedy that the rule has for `up`, after `before` and the statements `first`."""
    (finding,) = goose(rule, before, up)
    _, _, remedy = finding.remedy.partition("\n") if "\n" in finding.remedy else ("", "", finding.remedy)
    server.execute(f"{before}\n{first}".encode())
    statements = read(remedy).statements
    assert statements, finding.remedy
    for statement in statements:
        server.execute(remedy[statement.span.start : statement.span.end].encode())


def one(server: psycopg.Connection, query: str) -> object:
    row = server.execute(query.encode()).fetchone()
    assert row
    return row[0]


def test_a_concurrent_build(server):
    follow(server, "LK101", USERS, 'CREATE UNIQUE INDEX IF NOT EXISTS "By name" ON users (lower("Name")) WHERE id > 0;')
    assert one(server, """SELECT indisvalid FROM pg_index WHERE indexrelid = '"By name"'::regclass""") is True


def test_an_index_partition_by_partition(server):
    follow(server, "LK101", EVENTS, "CREATE INDEX events_kind ON events (kind) WHERE kind <> 'x';")
    assert one(server, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'events_kind'::regclass") is True


def test_an_index_of_every_partition(server):
    second = "CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');"
    follow(server, "LK101", f"{EVENTS} {second}", "CREATE INDEX events_kind ON events (kind);")
    assert one(server, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'events_kind'::regclass") is True


def test_a_foreign_key_of_every_partition(server):
    second = "CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');"
    up = "ALTER TABLE events ADD CONSTRAINT by FOREIGN KEY (kind) REFERENCES kinds (kind);"
    follow(server, "LK111", f"CREATE TABLE kinds (kind text PRIMARY KEY); {EVENTS} {second}", up)
    assert one(server, "SELECT count(*) FROM pg_constraint WHERE conname LIKE 'by%' AND NOT convalidated") == 0


def test_a_concurrent_drop(server):
    follow(server, "LK102", f"{USERS} CREATE INDEX users_email ON users (email);", "DROP INDEX users_email;")
    assert one(server, "SELECT to_regclass('users_email')") is None


def test_the_constraint_of_an_index(server):
    follow(server, "LK102", f"{USERS} ALTER TABLE users ADD UNIQUE (email);", "DROP INDEX users_email_key;")
    assert one(server, "SELECT to_regclass('users_email_key')") is None


@pytest.mark.parametrize("up", ["REINDEX TABLE users;", "REINDEX INDEX users_pkey;", "REINDEX SCHEMA public;"])
def test_a_concurrent_rebuild(server, up):
    follow(server, "LK103", USERS, up)


def test_a_column_filled_in_batches(server):
    up = "ALTER TABLE users ADD COLUMN a int; UPDATE users SET a = length(email) WHERE a IS NULL;"
    follow(server, "DA101", f"{USERS} {ROWS}", up, "ALTER TABLE users ADD COLUMN a int;")
    assert one(server, "SELECT count(*) FROM users WHERE a IS NULL") == 0
    assert one(server, "SELECT count(DISTINCT xmin::text) FROM users") == 3


@pytest.mark.parametrize(
    ("before", "table"),
    [
        (f"{USERS} {ROWS}", "users"),
        (EVENTS, "events"),
        (PAIRS, "ab"),
    ],
)
@pytest.mark.parametrize(("rule", "up"), [("DA102", "DELETE FROM {};"), ("DA105", "TRUNCATE {};")])
def test_rows_deleted_in_batches(server, rule, up, before, table):
    follow(server, rule, before, up.format(table))
    assert one(server, f"SELECT count(*) FROM {table}") == 0


def test_a_view_in_the_place_of_a_renamed_table(server):
    up = 'ALTER TABLE users RENAME TO "People";'
    follow(server, "CO104", USERS, up, up)
    server.execute("INSERT INTO users VALUES (1, 'x', 'y')")
    assert one(server, 'SELECT "Name" FROM "People"') == "y"


@pytest.mark.parametrize(
    ("rule", "up"),
    [
        ("CO101", "DROP TABLE users;"),
        ("CO102", 'ALTER TABLE users DROP COLUMN "Name";'),
        ("CO103", "DROP VIEW v;"),
        ("CO103", "DROP MATERIALIZED VIEW m;"),
        ("CO103", "DROP FUNCTION f();"),
        ("CO103", "DROP PROCEDURE p();"),
        ("CO103", "DROP SEQUENCE s;"),
        ("CO103", "DROP TYPE mood;"),
        ("CO103", "DROP DOMAIN d;"),
        ("CO103", "DROP SCHEMA app;"),
        ("CO105", 'ALTER TABLE users RENAME "Name" TO called;'),
        ("CO106", "ALTER TYPE mood RENAME VALUE 'good' TO 'it''s fine';"),
    ],
)
def test_the_first_step(server, rule, up):
    objects = """
    CREATE VIEW v AS SELECT id FROM users; CREATE MATERIALIZED VIEW m AS SELECT id FROM users;
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';
    CREATE SEQUENCE s; CREATE TYPE mood AS ENUM ('good'); CREATE DOMAIN d AS int; CREATE SCHEMA app;
    """
    if rule in ("CO101", "CO102"):
        (finding,) = goose(rule, USERS, up)
        rename, comment = finding.remedy.partition("\n")[2].split("\n-- or, without a new name:\n")
        server.execute(USERS.encode())
        server.execute(comment.encode())
        server.execute(rename.encode())
    else:
        follow(server, rule, f"{USERS} {objects}", up)
