"""`avion-lint stats pull` against a real server."""

import json
import uuid

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests import postgres_servers
from tests.cli_helper import goose, indexes
from tests.forked_helper import avion_lint, judged
from tests.git_helper import make_repo

TABLES = """\
CREATE TABLE users (id bigint PRIMARY KEY, bio text);
INSERT INTO users SELECT n, repeat(md5(n::text), 200) FROM generate_series(1, 3000) n;
ALTER TABLE users ALTER bio SET STORAGE EXTERNAL;
CREATE SCHEMA billing;
CREATE TABLE billing."Odd Name" (id int);
INSERT INTO billing."Odd Name" SELECT generate_series(1, 70);
CREATE TABLE never (id int);
CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
CREATE TABLE events_2a PARTITION OF events_2 FOR VALUES IN (1, 2);
CREATE INDEX events_at ON events (at);
INSERT INTO events SELECT n % 2 + 1, '2024-03-01' FROM generate_series(1, 400) n;
INSERT INTO events SELECT 1, '2025-03-01' FROM generate_series(1, 90) n;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM users;
CREATE VIEW seen AS SELECT id FROM users;
"""
ANALYSED = ("users", 'billing."Odd Name"', "events_1", "events_2a", "totals")


@pytest.fixture(scope="module")
def database(postgres):
    yield from filled(postgres)


def filled(server):
    name = f"stats_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        address = make_conninfo(server, dbname=name)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(TABLES.encode())
            for table in ANALYSED:
                connection.execute(f"ANALYZE {table}".encode())
        yield address
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)" if admin.info.server_version >= 130000 else "SELECT 1")


def pulled(address, folder, *arguments):
    run = avion_lint("stats", "pull", "--database-url-env", "TARGET", *arguments, cwd=folder, TARGET=address)
    assert run.code == 0, run.err
    return run, json.loads((folder / "avion-lint.stats.json").read_text())


def asked(address, query):
    with psycopg.connect(address) as connection:
        return connection.execute(query).fetchone()


def test_sizes_are_those_that_the_server_tells(database, tmp_path):
    run, stats = pulled(database, tmp_path)
    size, indexes, toast = asked(
        database,
        "SELECT pg_table_size(oid), pg_indexes_size(oid), pg_total_relation_size(reltoastrelid) "
        "FROM pg_class WHERE oid = 'users'::regclass",
    )

    assert stats["tables"]["public.users"] == {
        "rows": 3000,
        "bytes": size,
        "index-bytes": indexes,
        "toast-bytes": toast,
    }
    assert stats["tables"]['billing."Odd Name"']["rows"] == 70
    assert stats["tables"]["public.totals"]["rows"] == 1
    assert "public.seen" not in stats["tables"]
    assert "8 tables of PostgreSQL 18" in run.out


def test_partitions_are_summed_up_in_their_tables(database, tmp_path):
    _, stats = pulled(database, tmp_path)
    tables = stats["tables"]
    total, indexes = asked(
        database,
        "SELECT sum(pg_table_size(relid))::bigint, sum(pg_indexes_size(relid))::bigint "
        "FROM pg_partition_tree('events') WHERE isleaf",
    )

    assert tables["public.events"] == {"rows": 490, "bytes": total, "index-bytes": indexes, "partitions": 2}
    assert (tables["public.events_2"]["rows"], tables["public.events_2"]["partition-of"]) == (90, "public.events")
    assert tables["public.events_2a"]["partition-of"] == "public.events_2"


def test_what_was_never_analysed_has_no_number_of_rows(database, tmp_path):
    run, stats = pulled(database, tmp_path)

    assert "rows" not in stats["tables"]["public.never"]
    assert "1 without a number of rows" in run.out


def test_a_table_that_is_locked_is_not_waited_for(database, tmp_path):
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        _, stats = pulled(database, tmp_path)

    size = stats["tables"]["public.users"]["bytes"]
    assert abs(size - asked(database, "SELECT pg_table_size('users')")[0]) < 200_000


def test_nothing_is_locked_and_nothing_can_be_written(database):
    from avion_lint.cli import stats_pull  # noqa: PLC0415 - needs psycopg

    with psycopg.connect(database) as connection:
        connection.read_only = True  # as `asked` sets it
        stats_pull.tables_of(psycopg, connection, 5)
        held = "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'users'"
        assert connection.execute(held).fetchone() == (0,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("DELETE FROM users")


def test_the_address_may_stand_in_a_file_or_in_libpq_s_variables(database, tmp_path):
    (tmp_path / "address").write_text(f"{database}\n")
    first = avion_lint("stats", "pull", "--database-url-file", "address", cwd=tmp_path)
    parts = psycopg.conninfo.conninfo_to_dict(database)
    named = {"PGHOST": parts["host"], "PGPORT": parts["port"], "PGUSER": "postgres", "PGDATABASE": parts["dbname"]}
    second = avion_lint("stats", "pull", cwd=tmp_path, **named)
    (tmp_path / "services").write_text("[prod]\n" + "\n".join(f"{key}={value}" for key, value in parts.items()))
    third = avion_lint("stats", "pull", "--service", "prod", cwd=tmp_path, PGSERVICEFILE=str(tmp_path / "services"))

    assert (first.code, second.code, third.code) == (0, 0, 0), (first.err, second.err, third.err)


@pytest.mark.parametrize(
    "arguments",
    [
        ("postgres://kim:hunter2@db/prod",),
        ("--database-url-env", "postgres://kim:hunter2@db/prod"),
        ("--database-url-env", "host=db password=hunter2"),
        ("--password", "hunter2"),
        ("--password=hunter2",),
        ("-W", "hunter2"),
        ("--database-url", "hunter2"),
    ],
)
def test_a_password_among_the_arguments_is_refused_and_not_repeated(tmp_path, arguments):
    run = avion_lint("stats", "pull", *arguments, cwd=tmp_path)

    assert run.code == 2
    assert "hunter2" not in run.out + run.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "address",
    ["postgres://kim:hunter2@127.0.0.1:1/prod", "host=127.0.0.1 port=1 password=hunter2", "host=a 'hunter2", "hunter2"],
)
def test_an_address_that_does_not_work_is_told_without_its_password(tmp_path, address):
    run = avion_lint("stats", "pull", "--database-url-env", "TARGET", cwd=tmp_path, TARGET=address)

    assert run.code == 2
    assert "hunter2" not in run.out + run.err


def test_nothing_about_the_address_is_in_the_file(database, tmp_path):
    pulled(database, tmp_path)
    text = (tmp_path / "avion-lint.stats.json").read_text()

    parts = psycopg.conninfo.conninfo_to_dict(database)
    assert not [part for part in (parts["host"], parts["port"], parts["dbname"], "postgres:") if part in text]


def test_without_a_database_it_asks_for_one(tmp_path):
    run = avion_lint("stats", "pull", cwd=tmp_path)

    assert run.code == 2
    assert "--database-url-env NAME" in run.err


def test_without_psycopg_it_says_what_to_install(tmp_path):
    (tmp_path / "psycopg.py").write_text("raise ImportError('not here')")
    run = avion_lint(
        "stats",
        "pull",
        "--database-url-env",
        "TARGET",
        cwd=tmp_path,
        TARGET="x=1",
        PYTHONSTARTUP="",
        **shadowed(tmp_path),
    )

    assert run.code == 2
    assert "pip install 'avion-lint[stats]'" in run.err


def shadowed(folder):
    from tests.cli_helper import SOURCES  # noqa: PLC0415 - only here

    return {"PYTHONPATH": f"{folder}:{SOURCES}"}


@pytest.mark.parametrize("version", [12])
def test_an_old_server(version, tmp_path):
    programs = postgres_servers.programs(version)
    if programs is None:
        pytest.skip(f"AVION_POSTGRES_{version} names no folder of programs of PostgreSQL {version}")
    with postgres_servers.running(programs) as server:
        for address in filled(server):
            _, stats = pulled(address, tmp_path)

    assert stats["server"].startswith("12.")
    assert "rows" not in stats["tables"]["public.never"]
    assert stats["tables"]["public.events"]["rows"] == 490


def test_what_is_pulled_is_what_findings_are_weighed_by(database, tmp_path):
    repo = make_repo(tmp_path / "shop")
    applied = goose(
        "CREATE TABLE users (id bigint PRIMARY KEY, bio text);\nCREATE TABLE events (id bigint);", "SELECT 1;"
    )
    repo.commit({"m/00001_a.sql": applied, "avion-lint.yaml": "stats: avion-lint.stats.json\n"})
    pulled(database, repo.path)
    (repo.path / "m/00002_b.sql").write_text(indexes("users", "bio"))
    small = judged(cwd=repo.path)
    (repo.path / "avion-lint.yaml").write_text("stats: avion-lint.stats.json\nsizes: {small-rows: 3000}\n")

    assert [each["by"] for each in small.report["suppressed"]] == ["size"]
    assert "users has 3,000 rows, " in judged(cwd=repo.path).of("LK101")["message"]
