"""What remedies tell to run is run on an old and a new PostgreSQL, for both runners, partitioned tables among them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from avion_lint.finding import Finding
from avion_lint.sql.statements import read
from tests.postgres_servers import programs, running
from tests.rules_helper import flyway, goose

OLD, NEW = 12, 18

PLAIN = (
    "CREATE TABLE teams (id bigint PRIMARY KEY);\n"
    "CREATE TABLE t (id bigint NOT NULL, at date NOT NULL, team bigint, name text, code varchar(20), n int);\n"
    "CREATE INDEX t_name ON t (name);\n"
    "INSERT INTO teams SELECT generate_series(1, 9);\n"
    "INSERT INTO t SELECT g, '2026-01-01', 1, 'x' || g, 'c', g FROM generate_series(1, 9) g;"
)
PARTITIONED = (
    "CREATE TABLE teams (id bigint PRIMARY KEY);\n"
    "CREATE TABLE t (id bigint NOT NULL, at date NOT NULL, team bigint, name text, code varchar(20), n int) "
    "PARTITION BY RANGE (at);\n"
    "CREATE TABLE t_2026 PARTITION OF t FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\n"
    "INSERT INTO teams SELECT generate_series(1, 9);\n"
    "INSERT INTO t SELECT g, '2026-01-01', 1, 'x' || g, 'c', g FROM generate_series(1, 9) g;"
)
BOTH = (PLAIN, PARTITIONED)
LOOSE = "CREATE TABLE t_2027 (LIKE t); INSERT INTO t_2027 SELECT 1, '2027-05-05';"
CHECK = "ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0) NOT VALID;"
EMPTY_TABLE = "CREATE TABLE e (id bigint PRIMARY KEY, n int);"
ENUM = "CREATE TYPE mood AS ENUM ('it''s fine', 'bad');"

# Rule, what is there before, the statement; for both runners on both versions.
CASES = [
    *[("LK101", before, "CREATE INDEX i ON t (name, n);") for before in BOTH],
    *[("LK101", before, 'CREATE INDEX ON t USING hash (name) WHERE "n" > 0;') for before in BOTH],
    ("LK101", PARTITIONED, "CREATE UNIQUE INDEX i ON t (id, at);"),
    ("LK102", PLAIN, "DROP INDEX t_name;"),
    ("LK103", PLAIN, "REINDEX TABLE t;"),
    ("LK103", PLAIN, "REINDEX INDEX t_name;"),
    *[("LK110", before, "ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0);") for before in BOTH],
    *[("LK110", before, "ALTER TABLE t ADD CHECK (n > 0 AND name <> ';');") for before in BOTH],
    *[("LK111", before, "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (team) REFERENCES teams;") for before in BOTH],
    *[("LK111", before, "ALTER TABLE t ADD FOREIGN KEY (team) REFERENCES teams (id);") for before in BOTH],
    *[("LK111", before, "ALTER TABLE t ADD COLUMN g bigint DEFAULT 1 REFERENCES teams (id);") for before in BOTH],
    ("LK112", PLAIN, "ALTER TABLE t ADD CONSTRAINT u UNIQUE (name);"),
    ("LK112", PLAIN, "ALTER TABLE t ADD UNIQUE (name) DEFERRABLE INITIALLY DEFERRED;"),
    ("LK112", PARTITIONED, "ALTER TABLE t ADD CONSTRAINT u UNIQUE (id, at);"),
    *[("LK112", before, "ALTER TABLE t ADD COLUMN z int, ADD CONSTRAINT u UNIQUE (at, z);") for before in BOTH],
    ("LK112", PLAIN, "ALTER TABLE t ADD COLUMN y int UNIQUE;"),
    *[("LK114", before, "ALTER TABLE t ALTER COLUMN name SET NOT NULL;") for before in BOTH],
    *[("LK115", before, "ALTER TABLE t ALTER COLUMN n TYPE bigint;") for before in BOTH],
    *[("LK115", before, "ALTER TABLE t ALTER COLUMN code TYPE varchar(10);") for before in BOTH],
    *[("LK116", before, "ALTER TABLE t ADD COLUMN r float DEFAULT random();") for before in BOTH],
    *[("LK116", before, "ALTER TABLE t ADD COLUMN r bigserial;") for before in BOTH],
    *[("LK116", before, "ALTER TABLE t ADD COLUMN r int GENERATED ALWAYS AS (n + 1) STORED;") for before in BOTH],
    *[("LK117", f"{before} {CHECK}", "ALTER TABLE t ADD COLUMN q int; ALTER TABLE t VALIDATE CONSTRAINT c;")
      for before in BOTH],
    ("LK119", f"{PLAIN} ALTER TABLE t ADD CONSTRAINT c CHECK (code <> '');", "ALTER TABLE t ALTER code TYPE text;"),
    ("LK120", PLAIN, "ALTER TABLE t ADD PRIMARY KEY (id);"),
    ("LK120", f"{PLAIN} ALTER TABLE t ADD PRIMARY KEY (id);",
     "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pkey PRIMARY KEY (id, at);"),
    ("LK112", f"{PLAIN} ALTER TABLE t ADD CONSTRAINT u UNIQUE (id);",
     "ALTER TABLE t DROP CONSTRAINT u, ADD CONSTRAINT u UNIQUE (id, at);"),
    ("CO110", EMPTY_TABLE, "ALTER TABLE e ADD COLUMN c int NOT NULL UNIQUE;"),
    ("LK120", PLAIN, "ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY (name, id);"),
    ("LK120", PARTITIONED, "ALTER TABLE t ADD PRIMARY KEY (id, at);"),
    ("LK121", f"{PARTITIONED} {LOOSE}",
     "ALTER TABLE t ATTACH PARTITION t_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');"),
    ("LK121", f"{PARTITIONED} CREATE TABLE d PARTITION OF t DEFAULT; CREATE TABLE n (LIKE t);",
     "ALTER TABLE t ATTACH PARTITION n FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');"),
    ("LK122", PARTITIONED, "ALTER TABLE t DETACH PARTITION t_2026;"),
    ("LK124", f"{PLAIN} CREATE MATERIALIZED VIEW m AS SELECT id FROM t;", "REFRESH MATERIALIZED VIEW m;"),
    ("LK124", f"{PLAIN} CREATE MATERIALIZED VIEW m AS SELECT id FROM t; CREATE UNIQUE INDEX ON m (id);",
     "REFRESH MATERIALIZED VIEW m;"),
    ("LK125", PLAIN, "ALTER TABLE t DISABLE TRIGGER ALL;"),
    ("LK131", PARTITIONED, "CREATE TABLE t_2027 PARTITION OF t FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');"),
    *[("CO110", f"{EMPTY_TABLE} {ENUM}", f"ALTER TABLE e ADD COLUMN c {kind} NOT NULL;")
      for kind in ("int", "text", "varchar(3)", "numeric(9,2)", "timestamptz", "date", "bool", "jsonb", "uuid",
                   "text[]", "mood", "interval", "bytea", "char(2)")],
    ("CO111", EMPTY_TABLE, "ALTER TABLE e ADD COLUMN c int; ALTER TABLE e ALTER COLUMN c SET NOT NULL;"),
    *[("DA101", before, "UPDATE t SET n = 1;") for before in BOTH],
    *[("DA101", before, "UPDATE t AS x SET name = lower(x.code), n = NULL;") for before in BOTH],
    *[("DA101", before, "ALTER TABLE t ADD COLUMN z int; UPDATE t SET z = n WHERE z IS NULL;") for before in BOTH],
    *[("DA101", before, "ALTER TABLE t ADD COLUMN z int; UPDATE t SET z = 7;") for before in BOTH],
    *[("DA102", before, "DELETE FROM t;") for before in BOTH],
    *[("DA105", before, "TRUNCATE t;") for before in BOTH],
]  # fmt: skip

# Statements of the change before the one that is judged, which the remedy builds upon.
FIRST = {
    "CO111": "ALTER TABLE e ADD COLUMN c int;",
    "ALTER TABLE t ADD COLUMN z int, ADD CONSTRAINT u UNIQUE (at, z);": "ALTER TABLE t ADD COLUMN z int;",
    "ALTER TABLE t ADD COLUMN y int UNIQUE;": "ALTER TABLE t ADD COLUMN y int;",
    "UPDATE t SET z = n WHERE z IS NULL;": "ALTER TABLE t ADD COLUMN z int;",
}


@pytest.fixture(scope="module")
def servers(postgres: str) -> Iterator[dict[int, str]]:
    """The newest comes with pip, the oldest where `tests/get-postgres` has put it."""
    old = programs(OLD)
    with ExitStack() as stack:
        yield {NEW: postgres} | ({OLD: stack.enter_context(running(old))} if old else {})


@pytest.fixture(params=[OLD, NEW])
def server(request: pytest.FixtureRequest, servers: dict[int, str]) -> Iterator[tuple[int, psycopg.Connection]]:
    """A version and a session on it, outside any transaction, in a schema of its own."""
    major = request.param
    if major not in servers:
        pytest.skip(f"no PostgreSQL {major}: run `source tests/get-postgres {major}`")
    name = f"remedy_{uuid4().hex}"
    with psycopg.connect(servers[major], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {0}; SET search_path = {0}").format(sql.Identifier(name)))
        yield major, connection


def findings(runner: str, rule: str, before: str, up: str, major: int) -> list[Finding]:
    settings = f"postgres: {major}"
    if runner == "goose":
        return goose(rule, before, up, settings=settings)
    return flyway(rule, before, up, settings=settings)


def statements(remedy: str) -> list[str]:
    """The SQL of a remedy: all that follows its first line, to another way of doing it."""
    text = remedy.partition("\n")[2].partition("\n-- Or ")[0]
    found = read(text)
    assert not found.problems, f"{found.problems[0].message}: {remedy}"
    return [text[each.span.start : each.span.end] for each in found.statements]


@pytest.mark.parametrize("runner", ["goose", "flyway"])
@pytest.mark.parametrize(("rule", "before", "up"), CASES)
def test_every_line_of_a_remedy_runs(server, runner, rule, before, up):
    major, connection = server
    found = findings(runner, rule, before, up, major)
    if not found:
        assert (rule, major) in {("LK122", 12), ("CO111", 0)}, "nothing found"
        return
    remedy = found[0].remedy
    connection.execute(before.encode())
    first = next((text for key, text in FIRST.items() if key in (rule, up[-len(key) :])), "")
    if first:
        connection.execute(first.encode())
    for statement in statements(remedy):
        assert "…" not in statement, remedy
        try:
            connection.execute(statement.encode())
        except psycopg.Error as error:
            raise AssertionError(f"{statement}\n{error}\n--- {remedy}") from None
