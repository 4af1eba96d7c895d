"""What SET leaves behind for the next migration: what the rules say is what goose and Flyway do."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests import flyway_truth, rules_helper
from tests.goose_wire import Goose, find_goose

PROBE = "CREATE TABLE public.probe AS SELECT current_setting('{}') AS found;"
LEAKING = [
    ("SET statement_timeout = '77s';", "statement_timeout", "77s"),
    ("SET session_replication_role = replica;", "session_replication_role", "replica"),
]
KEPT_IN = [
    ("SET LOCAL statement_timeout = '77s';", "statement_timeout", "0"),
    ("SET statement_timeout = '77s';\nRESET statement_timeout;", "statement_timeout", "0"),
]
OUT_OF_REACH = ["SET search_path = app;", "SET LOCAL search_path = app;"]
IN_REACH = ["SET search_path = app;\nRESET search_path;", "SET search_path = app, public;"]


@pytest.fixture
def database(postgres):
    """A connection URI of a new database with a schema `app`."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS setting_leaks")
        connection.execute("CREATE DATABASE setting_leaks")
    uri = f"{postgres.rpartition('/')[0]}/setting_leaks"
    with psycopg.connect(uri) as connection:
        connection.execute("CREATE SCHEMA app")
    return uri


def found(uri: str) -> str:
    with psycopg.connect(uri) as connection:
        return connection.execute("SELECT found FROM public.probe").fetchone()[0]


def run_goose(uri: str, folder: Path, first: str, second: str):
    for number, sql in enumerate((first, second), 1):
        text = f"-- +goose Up\n{sql}\n-- +goose Down\nSELECT 1;\n"
        (folder / f"0000{number}_a.sql").write_text(text, encoding="utf-8")
    binary = find_goose("AVION_GOOSE_NEW", "goose")
    return Goose(binary, f"{uri}?sslmode=disable").run(folder, "up", environment={})


@pytest.mark.parametrize(("sql", "name", "value"), [*LEAKING, *KEPT_IN])
def test_goose_runs_the_next_file_in_the_same_session(sql, name, value, database, tmp_path):
    run = run_goose(database, tmp_path, sql, PROBE.format(name))
    told = rules_helper.goose("LK127", "", sql)

    assert run.returncode == 0, run.stderr
    assert found(database) == value
    assert [finding.object for finding in told] == ([name] if (sql, name, value) in LEAKING else [])


@pytest.mark.parametrize("sql", [*OUT_OF_REACH, *IN_REACH])
def test_goose_does_not_find_its_table_under_another_search_path(sql, database, tmp_path):
    run = run_goose(database, tmp_path, sql, "SELECT 1;")
    told = rules_helper.goose("MG119", "", sql)

    assert ('relation "goose_db_version" does not exist' in run.stderr) == (sql in OUT_OF_REACH)
    assert bool(told) == (sql in OUT_OF_REACH)


@pytest.mark.skipif(flyway_truth.absence() is not None, reason=str(flyway_truth.absence()))
@pytest.mark.parametrize(
    ("sql", "name", "leaks"),
    [
        ("SET session_replication_role = replica;", "session_replication_role", True),
        ("SET search_path = app;", "search_path", False),
        ("SET ROLE pg_monitor;", "role", False),
    ],
)
def test_flyway_gives_back_search_path_and_role_and_nothing_else(sql, name, leaks, database, tmp_path):
    parts = conninfo_to_dict(database)
    (tmp_path / "V1__a.sql").write_text(f"{sql}\n", encoding="utf-8")
    (tmp_path / "V2__b.sql").write_text(PROBE.format(name), encoding="utf-8")
    (tmp_path / "settings.properties").write_text(
        "flyway.baselineOnMigrate=true\nflyway.baselineVersion=0\n", encoding="utf-8"
    )
    url = f"jdbc:postgresql://{parts['host']}:{parts['port']}/{parts['dbname']}"
    errors = flyway_truth.execute(("migrate", url, tmp_path))
    told = rules_helper.flyway("LK127", "", sql)

    assert errors[tmp_path] is None
    assert (found(database) in ("replica", "app", "pg_monitor")) == leaks
    assert bool(told) == leaks


def test_a_search_path_does_not_matter_to_goose_where_its_table_is_named_with_its_schema():
    sql = "SET search_path = app;"
    named = "goose-table: public.goose_db_version\n"

    assert rules_helper.goose("MG119", "CREATE SCHEMA app;", sql, settings=named) == []
    (found,) = rules_helper.goose("MG119", "CREATE SCHEMA app;", sql, settings="goose-table: applied\n")
    assert "its table applied" in found.message
