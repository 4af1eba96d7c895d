"""`avion-lint applied pull` from real tables: goose and Flyway make them, avion-lint reads them."""

import json
from importlib.resources import files

import jsonschema
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from avion_lint.applied.text import text_sha256
from avion_lint.runners.flyway_checksum import checksum
from tests import flyway_truth
from tests.forked_helper import avion_lint, judged
from tests.git_helper import make_repo
from tests.goose_wire import Goose, find_goose

DB = "services/users/migrations"
FLYWAY = "billing/src/main/resources/db/migration"
SETTINGS = "applied: {file: avion-lint.applied.json}\n"


def up(sql):
    return f"-- +goose Up\n-- Author: Jo\n-- Date: 2026-01-31\n{sql}\n-- +goose Down\nDROP TABLE IF EXISTS x;\n"


ONE, TWO, THREE = (up(f"CREATE TABLE t{number} (id bigint PRIMARY KEY);") for number in (1, 2, 3))


@pytest.fixture
def database(postgres):
    """A connection URI of a new, empty database."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS applied_pull")
        connection.execute("CREATE DATABASE applied_pull")
    return f"{postgres.rpartition('/')[0]}/applied_pull"


@pytest.fixture
def repo(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{DB}/00001_one.sql": ONE, f"{DB}/00002_two.sql": TWO, f"{DB}/00003_three.sql": THREE})
    repo.branch("change")
    return repo


def goose(database, repo, *command):
    run = Goose(find_goose("AVION_GOOSE_NEW", "goose"), f"{database}?sslmode=disable").run(
        repo.path / DB, *command, environment={}
    )
    assert run.returncode == 0, run.stderr


def pulled(database, repo, *arguments, code=0):
    run = avion_lint("applied", "pull", "--database-url-env", "TARGET", *arguments, cwd=repo.path, TARGET=database)
    assert run.code == code, run.out + run.err
    if code:
        return run
    state = json.loads((repo.path / "avion-lint.applied.json").read_text())
    schema = json.loads((files("avion_lint.applied") / "applied.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(state, schema)
    return run, state


def test_what_goose_has_run_is_applied_with_the_hash_of_first_sight(database, repo):
    goose(database, repo, "up-to", "2")
    run, state = pulled(database, repo, "--name", "production")

    assert "3 rows of goose_db_version in production" in run.out
    assert [(row["version_id"], row.get("sha256")) for row in state["migrations"]] == [
        (0, None),
        (1, text_sha256(ONE)),
        (2, text_sha256(TWO)),
    ]

    repo.write("avion-lint.yaml", SETTINGS)
    repo.write(f"{DB}/00002_two.sql", TWO.replace("bigint", "uuid"))
    repo.write(f"{DB}/00003_three.sql", THREE.replace("bigint", "uuid"))
    _, again = pulled(database, repo)
    edited = judged("--select", "HI101", cwd=repo.path)

    assert again["migrations"] == state["migrations"]
    assert again["name"] == "production"
    assert [path for _, path, _ in edited.found] == [f"{DB}/00002_two.sql"]
    assert "version 00002 is in goose_db_version of production, exported 20" in edited.of("HI101")["message"]


def test_what_goose_has_rolled_back_is_not_applied(database, repo):
    goose(database, repo, "up")
    goose(database, repo, "down")
    pulled(database, repo)
    repo.write("avion-lint.yaml", SETTINGS)
    repo.write(f"{DB}/00003_three.sql", THREE.replace("bigint", "uuid"))

    assert judged("--select", "HI101", cwd=repo.path).found == []


def test_an_export_by_psql_is_read_as_well(database, repo):
    goose(database, repo, "up-to", "2")
    export = "COPY goose_db_version TO STDOUT (FORMAT csv, HEADER)"
    with psycopg.connect(database) as connection, connection.cursor().copy(export) as copy:
        repo.write("state.csv", b"".join(bytes(part) for part in copy))
    repo.write("avion-lint.yaml", "applied: {file: state.csv}\n")
    repo.write(f"{DB}/00001_one.sql", ONE.replace("bigint", "uuid"))
    repo.write(f"{DB}/00003_three.sql", THREE.replace("bigint", "uuid"))

    assert [path for _, path, _ in judged("--select", "HI101", cwd=repo.path).found] == [f"{DB}/00001_one.sql"]


@pytest.mark.skipif(flyway_truth.absence() is not None, reason=str(flyway_truth.absence()))
def test_what_flyway_has_run_is_compared_by_its_own_checksums(database, tmp_path):
    repo = make_repo(tmp_path / "repo")
    a, b, view = "CREATE TABLE a (id bigint);\n", "CREATE TABLE ß (id bigint);\r\n", "CREATE VIEW v AS SELECT 1;\n"
    repo.commit({f"{FLYWAY}/V1__a.sql": a, f"{FLYWAY}/V1_2__b_c.sql": b, f"{FLYWAY}/R__view.sql": view})
    repo.branch("change")
    parts = conninfo_to_dict(database)
    url = f"jdbc:postgresql://{parts['host']}:{parts['port']}/{parts['dbname']}"
    errors = flyway_truth.execute(("migrate", url, repo.path / FLYWAY))
    assert list(errors.values()) == [None]
    repo.write("avion-lint.yaml", SETTINGS)
    run, state = pulled(database, repo)

    assert {row["script"]: row["checksum"] for row in state["migrations"]} == {
        "V1__a.sql": checksum(a),
        "V1_2__b_c.sql": checksum(b),
        "R__view.sql": checksum(view),
    }
    assert "installed_by" not in run.out + json.dumps(state)
    assert judged("--select", "AV113,HI", cwd=repo.path).found == []

    repo.write(f"{FLYWAY}/V1_2__b_c.sql", b + "-- more\n")
    found = judged("--select", "AV113,HI", cwd=repo.path)
    assert [rule for rule, *_ in found.found] == ["HI101"]
    assert "version 1.2 is in flyway_schema_history of applied_pull, exported" in found.of("HI101")["message"]


def test_nothing_is_written_and_nothing_can_be(database, repo):
    goose(database, repo, "up-to", "1")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS only_reader")
        connection.execute("CREATE ROLE only_reader LOGIN")
        connection.execute("GRANT SELECT ON goose_db_version TO only_reader")
    pulled(database.replace("postgres@", "only_reader@"), repo)


def test_a_database_without_the_table_is_said(database, repo):
    run = pulled(database, repo, code=2)

    assert "the database has no table goose_db_version" in run.err
    assert not (repo.path / "avion-lint.applied.json").exists()


def test_a_table_of_another_name_may_be_named(database, repo):
    goose(database, repo, "-table", "app_versions", "up-to", "1")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute('CREATE SCHEMA "Other"')
        connection.execute('CREATE TABLE "Other".app_versions (LIKE app_versions)')
    several = pulled(database, repo, "--table", "app_versions", code=2)
    _, state = pulled(database, repo, "--table", "public.app_versions")

    assert "several such tables (Other.app_versions, public.app_versions)" in several.err
    assert [row["version_id"] for row in state["migrations"]] == [0, 1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("postgres://kim:hunter2@db/prod",),
        ("--database-url-env", "postgres://kim:hunter2@db/prod"),
        ("--password", "hunter2"),
        ("--database-url", "hunter2"),
    ],
)
def test_a_password_among_the_arguments_is_refused_and_not_repeated(repo, arguments):
    run = avion_lint("applied", "pull", *arguments, cwd=repo.path)

    assert run.code == 2
    assert "hunter2" not in run.out + run.err


def test_a_password_is_in_no_message_and_in_no_file(repo):
    run = pulled("postgresql://kim:hunter2@127.0.0.1:1/prod", repo, code=2)

    assert "hunter2" not in run.out + run.err


def test_what_is_there_and_cannot_be_read_is_not_written_over(database, repo):
    goose(database, repo, "up-to", "1")
    repo.write("avion-lint.applied.json", "<<<<<<< HEAD\n{}\n=======\n")
    run = pulled(database, repo, code=2)

    assert "merge conflict" in run.err
    assert (repo.path / "avion-lint.applied.json").read_text().startswith("<<<<<<<")


def test_a_migration_is_never_written_over(database, repo):
    assert "ends in .json" in pulled(database, repo, "--output", f"{DB}/00001_one.sql", code=2).err
