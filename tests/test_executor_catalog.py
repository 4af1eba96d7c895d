"""What two states of a real database differ in is seen, whatever sort of object it is in."""

import psycopg
import pytest

from avion_lint.executor.catalog import definitions
from tests import postgres_servers

START = """
CREATE TABLE t (id int PRIMARY KEY, a text, b numeric(10, 2) DEFAULT 1);
CREATE TABLE p (d date) PARTITION BY RANGE (d);
CREATE VIEW v AS SELECT id FROM t;
CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE DOMAIN small AS int;
CREATE SEQUENCE s;
CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x';
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE INDEX i ON t (a);
"""
# What changes something, and the key that shows it.
CHANGES = {
    "ALTER TABLE t ADD COLUMN c int": "column public.t.c",
    "ALTER TABLE t DROP COLUMN a": "column public.t.a",
    "ALTER TABLE t ALTER b SET DEFAULT 2": "column public.t.b",
    "ALTER TABLE t ALTER b SET NOT NULL": "column public.t.b",
    "ALTER TABLE t ALTER b TYPE numeric(12, 2)": "column public.t.b",
    'ALTER TABLE t ALTER a TYPE text COLLATE "C"': "column public.t.a",
    "ALTER TABLE t ALTER a SET STORAGE PLAIN": "column public.t.a",
    "ALTER TABLE t ALTER a SET STATISTICS 7": "column public.t.a",
    "ALTER TABLE t ALTER a SET (n_distinct = 5)": "column public.t.a",
    "GRANT SELECT (a) ON t TO public": "column public.t.a",
    "GRANT SELECT ON t TO public": "table public.t",
    "ALTER TABLE t SET (fillfactor = 70)": "table public.t",
    "ALTER TABLE t SET UNLOGGED": "table public.t",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY": "table public.t",
    "ALTER TABLE t REPLICA IDENTITY FULL": "table public.t",
    "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')": "table public.p1",
    "CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE id > 1": "view public.v",
    "REFRESH MATERIALIZED VIEW m WITH NO DATA": "materialized view public.m",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (id > 0) NOT VALID": "constraint public.t.k",
    "ALTER TABLE t DROP CONSTRAINT t_pkey": "constraint public.t.t_pkey",
    "DROP INDEX i": "index public.i",
    "CREATE UNIQUE INDEX j ON t (lower(a)) WHERE id > 1": "index public.j",
    "CLUSTER t USING i": "index public.i",
    "ALTER SEQUENCE s INCREMENT 2": "sequence public.s",
    "ALTER SEQUENCE s OWNED BY t.id": "sequence public.s",
    "CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x + 1'": "function public.f(x integer)",
    "CREATE AGGREGATE total (int) (sfunc = int4pl, stype = int)": "aggregate public.total(integer)",
    "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g()": "trigger public.t.tr",
    "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING": "rule public.t.r",
    "CREATE POLICY po ON t USING (id > 0)": "policy public.t.po",
    "ALTER TYPE mood RENAME VALUE 'b' TO 'c'": "type public.mood",
    "CREATE TYPE pair AS (a int, b int)": "column public.pair.b",
    "ALTER DOMAIN small ADD CONSTRAINT c CHECK (VALUE > 0)": "constraint public.small.c",
    "ALTER DOMAIN small SET DEFAULT 3": "domain public.small",
    "CREATE STATISTICS st ON id, b FROM t": "statistics public.st",
    "CREATE SCHEMA x": "schema x",
    "COMMENT ON COLUMN t.a IS 'x'": "comment table column public.t.a",
    "CREATE PUBLICATION pub FOR TABLE t": "publication pub",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO public": "default privileges postgres - r",
    "CREATE TEXT SEARCH CONFIGURATION ts (COPY = simple)": "text search configuration public.ts",
    'CREATE COLLATION co FROM "C"': "collation public.co",
    "CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq)": "operator public.===(integer,integer)",
    "CREATE CAST (text AS mood) WITH INOUT": "cast (pg_catalog.text AS public.mood)",
    "CREATE ROLE ro": "role ro",
}


@pytest.fixture(scope="module", params=[*postgres_servers.MAJORS, 18])
def server(request):
    if request.param == 18:
        yield request.getfixturevalue("postgres")
        return
    programs = postgres_servers.programs(request.param)
    if programs is None:
        pytest.skip(f"AVION_POSTGRES_{request.param} names no folder of programs of PostgreSQL {request.param}")
    with postgres_servers.running(programs) as uri:
        yield uri


@pytest.fixture
def database(server):
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS defined")
        admin.execute("CREATE DATABASE defined")
    with psycopg.connect(server, dbname="defined", autocommit=True) as connection:
        connection.execute(START.encode())
        yield connection


def test_every_sort_of_change_is_seen_and_what_is_undone_is_not(database):
    before = definitions(database)
    for change, key in CHANGES.items():
        database.execute("BEGIN")
        database.execute(change.encode())
        after = {name: text for name, text in seen(database).items() if before.get(name) != text}
        gone = before.keys() - seen(database).keys()
        database.execute("ROLLBACK")

        assert key in {*after, *gone}, (change, after, gone)
        assert definitions(database) == before, change


def seen(connection):
    """Definitions inside of a transaction that is open already."""
    return definitions(connection)


def test_the_runners_own_table_is_left_out(database):
    before = definitions(database)
    database.execute("CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL)")
    database.execute("COMMENT ON TABLE goose_db_version IS 'x'")

    assert definitions(database, "goose_db_version") == before
    assert "table public.goose_db_version" in definitions(database)


def test_what_belongs_to_an_extension_is_left_out(database):
    before = definitions(database)
    database.execute("CREATE EXTENSION IF NOT EXISTS plpgsql")
    assert definitions(database) == before
