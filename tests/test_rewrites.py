"""Which changes of columns write a table anew is what a real server does."""

from __future__ import annotations

from itertools import product

import psycopg
import pytest

from avion_lint.schema.model import Schema
from avion_lint.sql.actions import AddColumn, AlterColumnType, Name
from avion_lint.sql.effects import effects
from avion_rules.locks._rewrites import type_change_rewrites
from tests.sql_helper import action, schema

TYPES = (
    "smallint", "integer", "bigint", "real", "double precision", "numeric", "numeric(10,2)", "numeric(12,2)",
    "numeric(12,3)", "numeric(10)", "boolean", "uuid", "date", "text", "varchar", "varchar(10)", "varchar(20)",
    "char(5)", "char(9)", "json",
    "jsonb", "bytea", "timestamp", "timestamptz", "timestamp(3)", "timestamptz(3)", "timestamptz(6)",
    "time", "time(2)", "timetz", "interval", "interval(2)", "cidr", "inet", "bit(3)", "varbit(5)", "varbit(9)",
    "varbit",    "text[]", "varchar(10)[]", "integer[]", "mood", "plain", "citext_like",
)  # fmt: skip
MADE = """CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN plain AS text;
CREATE DOMAIN citext_like AS text CHECK (value > '');"""


def wrong(connection: psycopg.Connection, zone: str) -> list[str]:
    found = []
    connection.execute(f"SET timezone = '{zone}'")
    known = schema(MADE)
    for old, new in product(TYPES, TYPES):
        change = action(f"ALTER TABLE t ALTER COLUMN a TYPE {new}")
        assert isinstance(change, AlterColumnType)
        claimed = claim(change, schema(f"CREATE TABLE t (a {old})", start=known), utc=zone == "UTC")
        connection.execute(f"DROP TABLE IF EXISTS t; CREATE TABLE t (a {old})")
        measured = rewritten(connection, f"ALTER TABLE t ALTER COLUMN a TYPE {new}")
        if measured is not None and claimed not in (None, measured):
            found.append(f"{old} to {new}: claimed {claimed}, measured {measured}")
    return found


def claim(change: AlterColumnType, before: Schema, *, utc: bool) -> bool | None:
    table = before.table(Name(None, "t"))
    old = table.columns[change.column].type if table and change.column in table.columns else None
    return type_change_rewrites(effects(change, before, 18), old, change, utc=utc)


def rewritten(connection: psycopg.Connection, sql: str) -> bool | None:
    """Whether the file of table t changes; None where the server refuses."""
    before = connection.execute("SELECT pg_relation_filenode('t')").fetchone()
    try:
        connection.execute(sql)
    except psycopg.Error:
        return None
    return connection.execute("SELECT pg_relation_filenode('t')").fetchone() != before


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_a_change_of_type_is_told_as_the_server_does_it(postgres, zone):
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS rewrites CASCADE; CREATE SCHEMA rewrites; SET search_path = rewrites")
        connection.execute(MADE)
        assert wrong(connection, zone) == []


@pytest.mark.parametrize(
    "column",
    [
        "b int", "b int DEFAULT 7", "b timestamptz DEFAULT now()", "b timestamptz DEFAULT clock_timestamp()",
        "b float DEFAULT random()", "b uuid DEFAULT gen_random_uuid()", "b serial",
        "b int GENERATED ALWAYS AS IDENTITY",
        "b int GENERATED ALWAYS AS (a + 1) STORED", "b int GENERATED ALWAYS AS (a + 1) VIRTUAL",
        "b text DEFAULT lower('X')",
        "b date DEFAULT current_date", "b text DEFAULT current_user", "b bigint DEFAULT txid_current()", "b plain",
        "b checked", "b required DEFAULT 'x'", "b int DEFAULT own_volatile()", "b int DEFAULT own_stable()", "b drawn",
        "b text DEFAULT md5(random()::text)", "b timestamptz DEFAULT statement_timestamp() + interval '1 day'",
    ],
)  # fmt: skip
def test_an_added_column_is_told_as_the_server_does_it(postgres, column):
    made = """CREATE DOMAIN plain AS text; CREATE DOMAIN checked AS text CHECK (value > '');
        CREATE DOMAIN required AS text NOT NULL; CREATE DOMAIN drawn AS float DEFAULT random();
        CREATE FUNCTION own_volatile() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
        CREATE FUNCTION own_stable() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
        CREATE TABLE t (a int);"""
    add = action(f"ALTER TABLE t ADD COLUMN {column}")
    assert isinstance(add, AddColumn)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS rewrites CASCADE; CREATE SCHEMA rewrites; SET search_path = rewrites")
        connection.execute(made)
        (told,) = {effect.rewrite for effect in effects(add, schema(made), 18) if effect.relation.name == "t"}
        assert told is rewritten(connection, f"ALTER TABLE t ADD COLUMN {column}")


def test_of_an_unknown_type_nothing_is_said():
    change = action("ALTER TABLE t ALTER COLUMN a TYPE text")
    assert isinstance(change, AlterColumnType)
    assert claim(change, schema(), utc=True) is None
    assert claim(change, schema("ALTER TABLE t ALTER COLUMN a SET NOT NULL"), utc=True) is None
