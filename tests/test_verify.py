"""`avion-lint verify` on real PostgreSQL servers, with our own reader and with the real goose."""

import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from tests.cli_helper import COMMAND, avion_lint, environment
from tests.git_helper import make_repo
from tests.verify_helper import (
    DB,
    GOOSES,
    goose_arguments,
    goose_file,
    needs_postgres,
    problem,
    states,
    verified,
    verify,
    written,
)

pytestmark = needs_postgres

USERS = goose_file("CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);", "DROP TABLE users;")
ORDERS = goose_file(
    "CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id), note text DEFAULT 'ä');\n"
    "ALTER TABLE users ADD COLUMN name text;",
    "ALTER TABLE users DROP COLUMN name;\nDROP TABLE orders;",
)
INDEX = goose_file(
    "CREATE INDEX CONCURRENTLY orders_user_idx ON orders (user_id);",
    "DROP INDEX CONCURRENTLY orders_user_idx;",
    head="-- +goose NO TRANSACTION\n",
)
GOOD = {f"{DB}/00001_users.sql": USERS, f"{DB}/00002_orders.sql": ORDERS, f"{DB}/00003_index.sql": INDEX}
SLEEPS = goose_file("SELECT pg_sleep(600);", "SELECT 1;")


@pytest.mark.parametrize("goose", GOOSES)
def test_a_good_service_passes_every_step(tmp_path, goose):
    folder = written(tmp_path, GOOD)
    found = verified(folder, "--full", *goose_arguments(goose))["users"]

    assert states(found) == {
        "up": "passed",
        "version": "passed",
        "up again": "passed",
        "down by one": "passed",
        "up after it": "passed",
        "every down": "passed",
        "up after all": "passed",
        "on the previous release": "skipped",
    }
    assert found["postgres"].startswith("18.")
    assert found["claims"]["compared"] == found["claims"]["agreeing"] == 3
    assert found["claims"]["differences"] == found["schema_differences"] == []
    times = [(each["path"], each["direction"], [one["line"] for one in each["statements"]]) for each in found["times"]]
    assert times[:3] == [
        (f"{DB}/00001_users.sql", "up", [2]),
        (f"{DB}/00002_orders.sql", "up", [2, 3]),
        (f"{DB}/00003_index.sql", "up", [3]),
    ]


@pytest.mark.parametrize("goose", GOOSES)
def test_what_the_server_refuses_is_told_with_line_statement_and_what_it_said(tmp_path, goose):
    broken = goose_file(
        "ALTER TABLE users ADD COLUMN age int;\nALTER TABLE users\n  ADD COLUMN email text;", "SELECT 1;"
    )
    folder = written(tmp_path, {**GOOD, f"{DB}/00004_broken.sql": broken, f"{DB}/00005_later.sql": USERS})
    found = verified(folder, *goose_arguments(goose), code=1)["users"]

    assert states(found) == {"up": "failed"}
    told = problem(found, "up")
    assert (told["path"], told["line"], told["sqlstate"]) == (f"{DB}/00004_broken.sql", 3, "42701")
    assert told["message"] == 'column "email" of relation "users" already exists'
    assert told["statement"] == "ALTER TABLE users\n  ADD COLUMN email text"


def test_the_line_is_that_of_the_place_that_the_server_points_at(tmp_path):
    broken = goose_file("SELECT 1,\n  2,\n  nonsense;", "SELECT 1;")
    folder = written(tmp_path, {f"{DB}/00001_broken.sql": "-- ä\n" + broken})

    assert problem(verified(folder, "--builtin", code=1)["users"], "up")["line"] == 5


def test_of_several_statements_in_one_block_the_one_that_failed_is_told(tmp_path):
    block = "-- +goose StatementBegin\nCREATE TABLE a (id int);\n\nDROP TABLE b;\nSELECT 1;\n-- +goose StatementEnd"
    folder = written(tmp_path, {f"{DB}/00001_block.sql": goose_file(block, "DROP TABLE a;")})
    told = problem(verified(folder, "--builtin", code=1)["users"], "up")

    assert (told["line"], told["statement"]) == (5, "DROP TABLE b")


@pytest.mark.parametrize("goose", GOOSES)
def test_a_down_that_does_not_bring_the_schema_back_fails(tmp_path, goose):
    forgets = goose_file("ALTER TABLE users ADD COLUMN age int;\nALTER TABLE users ADD COLUMN IF NOT EXISTS size int;",
                         "ALTER TABLE users DROP COLUMN age;")  # fmt: skip
    folder = written(tmp_path, {**GOOD, f"{DB}/00004_forgets.sql": forgets})
    found = verified(folder, *goose_arguments(goose), code=1)["users"]
    told = problem(found, "down by one")

    assert told["path"] == f"{DB}/00004_forgets.sql"
    assert told["lines"] == ["+ column public.users.size"]
    assert "does not bring back the schema" in told["what"]


def test_a_down_that_cannot_be_followed_by_up_again_fails(tmp_path):
    folder = written(
        tmp_path, {**GOOD, f"{DB}/00004_stays.sql": goose_file("CREATE TYPE mood AS ENUM ('a');", "SELECT 1;")}
    )
    found = verified(folder, "--builtin", code=1)["users"]

    assert problem(found, "down by one")["lines"] == ["+ type public.mood"]


def test_a_migration_without_down_is_not_undone_and_that_is_said(tmp_path):
    folder = written(tmp_path, {**GOOD, f"{DB}/00004_for_good.sql": goose_file("CREATE TYPE mood AS ENUM ('a');")})
    found = verified(folder, "--builtin")["users"]

    assert states(found)["down by one"] == "skipped"
    (step,) = (step for step in found["steps"] if step["name"] == "down by one")
    assert step["said"] == f"{DB}/00004_for_good.sql has no Down statements"


def test_the_first_down_that_does_not_bring_the_schema_back_is_found_on_the_way_to_zero(tmp_path):
    forgets = goose_file("CREATE TABLE a (id int);\nCREATE TABLE b (id int);", "DROP TABLE a;")
    files = {f"{DB}/00001_a.sql": forgets, f"{DB}/00002_c.sql": goose_file("CREATE TABLE c (id int);", "DROP TABLE c;")}
    found = verified(written(tmp_path, files), "--builtin", "--full", code=1)["users"]

    assert states(found)["down by one"] == "passed"
    assert problem(found, "every down")["path"] == f"{DB}/00001_a.sql"
    assert problem(found, "every down")["lines"] == ["+ column public.b.id", "+ table public.b"]


@pytest.mark.parametrize("goose", GOOSES)
@pytest.mark.parametrize("name", ["2_again.sql", "two.sql"])
def test_a_name_that_goose_does_not_take_stops_the_run(tmp_path, goose, name):
    folder = written(
        tmp_path, {f"{DB}/00001_users.sql": USERS, f"{DB}/00002_orders.sql": ORDERS, f"{DB}/{name}": USERS}
    )
    found = verified(folder, *goose_arguments(goose), code=1)["users"]

    assert states(found) == {"up": "failed"}


def test_a_file_that_cannot_be_read_is_not_passed_over(tmp_path):
    folder = written(tmp_path, GOOD)
    (folder / DB / "00004_latin.sql").write_bytes(b"-- +goose Up\nSELECT '\xe4';\n")
    told = problem(verified(folder, "--builtin", code=3)["users"], "up")

    assert told["what"].startswith(f"{DB}/00004_latin.sql ")


@pytest.mark.parametrize("goose", GOOSES)
def test_the_way_down_ends_at_a_migration_that_stays(tmp_path, goose):
    folder = written(
        tmp_path, {**GOOD, f"{DB}/00001_users.sql": goose_file("CREATE TABLE users (id bigint PRIMARY KEY);")}
    )
    found = verified(folder, "--full", *goose_arguments(goose))["users"]
    (step,) = (step for step in found["steps"] if step["name"] == "every down")

    assert step["said"] == f"2 Downs to version 00001: {DB}/00001_users.sql has no Down statements"
    assert states(found)["up after all"] == "passed"


@pytest.mark.parametrize("goose", GOOSES)
def test_a_migration_that_takes_its_own_entry_back_is_found(tmp_path, goose):
    forgetful = goose_file(
        "CREATE TABLE IF NOT EXISTS a (id int);\nDELETE FROM goose_db_version WHERE version_id = 1;", "SELECT 1;"
    )
    folder = written(tmp_path, {f"{DB}/00001_users.sql": USERS, f"{DB}/00002_forgetful.sql": forgetful})
    found = verified(folder, *goose_arguments(goose), code=1)["users"]

    assert problem(found, "up")["what"] == "version 00001 does not count as applied"


@pytest.mark.parametrize("goose", GOOSES)
def test_goose_may_keep_what_is_applied_in_another_table(tmp_path, goose):
    folder = written(tmp_path, GOOD)
    (folder / "avion-lint.yaml").write_text("goose-table: ops.applied\n")
    found = verified(folder, "--full", *goose_arguments(goose))["users"]

    assert "failed" not in states(found).values()
    assert found["schema_differences"] == []


def test_a_statement_that_hangs_is_ended_and_told(tmp_path):
    folder = written(tmp_path, {f"{DB}/00001_sleeps.sql": SLEEPS})
    told = problem(verified(folder, "--builtin", "--statement-timeout", "1", code=1)["users"], "up")

    assert (told["path"], told["line"], told["sqlstate"]) == (f"{DB}/00001_sleeps.sql", 2, "57014")
    assert "--statement-timeout" in told["mend"]


@pytest.mark.parametrize("goose", GOOSES)
def test_a_migration_that_lifts_the_limit_is_ended_when_the_time_is_over(tmp_path, place, goose):
    lifts = goose_file("SET statement_timeout = 0;\nSELECT pg_sleep(600);", "SELECT 1;")
    folder = written(tmp_path, {f"{DB}/00001_lifts.sql": lifts})
    began = time.monotonic()
    told = problem(verified(folder, *goose_arguments(goose), "--timeout", "8", code=1, TMPDIR=place)["users"], "up")

    assert time.monotonic() - began < 40
    assert (told["path"], told["line"]) == (f"{DB}/00001_lifts.sql", 3)
    assert told["what"].startswith("it did not end within")
    assert servers(place) == []
    assert not [*Path(place).iterdir()]


def test_a_new_migration_that_sorts_before_an_applied_one_fails_on_the_schema_of_the_base_branch(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({"avion-lint.yaml": "postgres: 18\n", f"{DB}/00001_users.sql": USERS, f"{DB}/00003_orders.sql": ORDERS})
    repo.git("switch", "-q", "-c", "change")
    repo.write(f"{DB}/00002_late.sql", goose_file("CREATE TABLE late (id int);", "DROP TABLE late;"))
    run = verify_with_base(repo.path)

    assert run.code == 1
    assert "FAILED      on the previous release" in run.out
    assert "found 1 missing migrations before current version 3" in run.out
    assert "avion-lint renumber" in run.out


def test_new_migrations_run_on_what_the_base_branch_got_meanwhile(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({"avion-lint.yaml": "postgres: 18\n", f"{DB}/00001_users.sql": USERS})
    repo.git("switch", "-q", "-c", "change")
    repo.commit({f"{DB}/00003_mine.sql": goose_file("CREATE TABLE mine (id int);", "DROP TABLE mine;")})
    repo.git("switch", "-q", "main")
    repo.commit({f"{DB}/00002_orders.sql": ORDERS})
    repo.git("switch", "-q", "change")
    run = verify_with_base(repo.path)

    assert run.code == 0, run.out
    assert "ok          on the previous release  1 new migration on the schema of main" in run.out
    assert "note: 1 migration that the base branch got since this one left it ran with them" in run.out


def verify_with_base(folder):
    return avion_lint("verify", "--builtin", cwd=folder)


NO_TRANSACTION = "-- +goose NO TRANSACTION\n"


@pytest.mark.parametrize("goose", GOOSES)
def test_what_runs_outside_a_transaction_and_need_not_is_measured_too(tmp_path, goose):
    apart = goose_file(
        "ALTER TABLE users ADD COLUMN age int;\nCREATE INDEX users_age_idx ON users (age);\nVACUUM users;",
        "DROP INDEX users_age_idx;\nALTER TABLE users DROP COLUMN age;",
        head=NO_TRANSACTION,
    )
    folder = written(tmp_path, {f"{DB}/00001_users.sql": USERS, f"{DB}/00002_apart.sql": apart})
    claims = verified(folder, *goose_arguments(goose))["users"]["claims"]

    assert (claims["compared"], claims["agreeing"]) == (5, 5)
    assert claims["not_compared"] == {"must run outside a transaction, where no lock is left to be seen": 1}


@pytest.mark.parametrize("goose", GOOSES)
@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("LOCK TABLE users;", "25P01"),
        ("INSERT INTO later VALUES (1);", "23503"),
        ("ALTER TABLE none ADD a int;", "42P01"),
    ],
)
def test_measuring_lets_nothing_pass_that_fails_outside_a_transaction(tmp_path, goose, sql, sqlstate):
    late = "CREATE TABLE later (id bigint REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED);"
    apart = goose_file(f"{sql}\nCREATE TABLE never (id int);", "SELECT 1;", head=NO_TRANSACTION)
    given = {f"{DB}/00001_a.sql": USERS, f"{DB}/00002_b.sql": goose_file(late, "SELECT 1;"), f"{DB}/00003_c.sql": apart}
    found = verified(written(tmp_path, given), *goose_arguments(goose), code=1)["users"]
    told = problem(found, "up")

    assert (told["path"], told["line"], told["sqlstate"]) == (f"{DB}/00003_c.sql", 3, sqlstate)
    assert "never" not in str(found["times"])


@pytest.mark.parametrize("goose", GOOSES)
def test_what_fails_at_the_end_of_the_transaction_is_told(tmp_path, goose):
    late = "CREATE TABLE later (id bigint REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED);"
    given = {f"{DB}/00001_a.sql": USERS, f"{DB}/00002_b.sql": goose_file(f"{late}\nINSERT INTO later VALUES (1);")}
    told = problem(verified(written(tmp_path, given), *goose_arguments(goose), code=1)["users"], "up")

    assert (told["path"], told["sqlstate"]) == (f"{DB}/00002_b.sql", "23503")
    assert told["what"] == "the up section is refused by the server when it is committed"


def test_roles_that_no_migration_makes_are_there_and_said(tmp_path):
    grants = goose_file(
        "CREATE TABLE a (id int);\nGRANT SELECT ON a TO reader;\nALTER TABLE a OWNER TO app;", "DROP TABLE a;"
    )
    found = verified(written(tmp_path, {f"{DB}/00001_a.sql": grants}), "--builtin")["users"]

    assert "roles that no migration makes were made before: app, reader" in found["notes"]


def test_migrations_run_as_no_superuser_unless_that_is_asked_for(tmp_path):
    needs = goose_file("COPY (SELECT 1) TO PROGRAM 'cat';", "SELECT 1;")
    folder = written(tmp_path, {f"{DB}/00001_needs.sql": needs})
    told = problem(verified(folder, "--builtin", code=1)["users"], "up")

    assert told["sqlstate"] == "42501"
    assert "--superuser" in told["mend"]
    assert states(verified(folder, "--builtin", "--superuser")["users"])["up"] == "passed"


def test_migrations_in_code_are_not_passed_over_in_silence(tmp_path):
    folder = written(tmp_path, {**GOOD, f"{DB}/00004_code.go": "package migrations\n"})
    found = verified(folder, "--builtin", code=3)["users"]

    assert states(found)["code"] == "unchecked"


def test_artifacts_hold_schema_tables_indexes_and_times(tmp_path):
    folder = written(tmp_path, GOOD)
    verified(folder, "--builtin", "--artifacts", "out")
    out = folder / "out" / "users"

    assert (out / "tables.txt").read_text() == "public.orders\npublic.users\n"
    assert (out / "indexes.txt").read_text() == "public.orders_pkey\npublic.orders_user_idx\npublic.users_pkey\n"
    assert "column public.orders.note: text default 'ä'::text" in (out / "schema.txt").read_text()
    assert {file.name for file in out.iterdir()} >= {"schema.json", "timings.json", "runner.log"}


def test_the_summary_for_people_says_what_ran_the_migrations(tmp_path):
    run = verify(written(tmp_path, GOOD), PATH="/usr/bin:/bin")

    assert "note: goose is not on PATH: avion-lint's own reader ran the migrations in its place" in run.out
    assert run.out.endswith("1 service: 1 passed\n")


def test_without_any_server_it_says_how_to_get_one(tmp_path):
    run = verify(written(tmp_path, GOOD), "--builtin", "--postgres-bin", str(tmp_path))

    assert run.code == 3
    assert "has no PostgreSQL server" in run.out


def test_an_unknown_service_and_a_password_among_the_arguments_are_wrong_usage(tmp_path):
    folder = written(tmp_path, GOOD)

    assert verify(folder, "nothing").code == 2
    run = verify(folder, "--database-url", "postgresql://me:secret@host/db")
    assert run.code == 2
    assert "secret" not in run.err


# --- what is left behind --------------------------------------------------------------------------------------------


@pytest.fixture
def place():
    """A folder for throw-away servers that no other test uses."""
    with tempfile.TemporaryDirectory(prefix="av-") as folder:
        Path(folder).chmod(0o755)
        yield folder


def servers(place):
    """What runs of throw-away servers in a folder."""
    listed = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if f"{place}/avion-verify-" in line]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("goose", GOOSES[::2])
def test_nothing_is_left_when_it_is_ended(tmp_path, place, number, goose):
    folder = written(tmp_path, {f"{DB}/00001_sleeps.sql": SLEEPS})
    run = subprocess.Popen(
        [*COMMAND, "verify", "--no-base", *goose_arguments(goose)],
        cwd=folder,
        env=environment(tmp_path, TMPDIR=place),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(lambda: run.poll() is not None or any(" -D " in line and "/postgres" in line for line in servers(place)))
    time.sleep(1)
    run.send_signal(number)
    out, err = run.communicate(timeout=30)

    assert run.returncode == (130 if number == signal.SIGINT else -number), out + err
    assert err == ""
    until(lambda: not servers(place) and not [*Path(place).iterdir()])


def until(holds, seconds=30.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


# --- a database of one's own ----------------------------------------------------------------------------------------


@pytest.fixture
def own(postgres):
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute("CREATE DATABASE verified")
        yield re.sub(r"/postgres$", "/verified", postgres)
        admin.execute("DROP DATABASE verified WITH (FORCE)")


def test_an_empty_database_can_be_used_once(tmp_path, own):
    folder = written(tmp_path, GOOD)
    found = verified(folder, "--builtin", "--database-url-env", "MY_URL", MY_URL=own)["users"]

    assert states(found)["up after it"] == "passed"
    assert "the database that was named is left with the schema in it" in found["notes"]
    again = verify(folder, "--builtin", "--database-url-env", "MY_URL", MY_URL=own)
    assert again.code == 3
    assert "the database verified is not empty" in again.out


def test_a_database_that_cannot_be_reached_is_told_without_its_password(tmp_path):
    folder = written(tmp_path, GOOD)
    url = "postgresql://me:v3rys3cret@127.0.0.1:1/db"
    run = verify(folder, "--builtin", "--database-url-env", "MY_URL", MY_URL=url)

    assert run.code == 3
    assert "the database cannot be reached" in run.out
    assert "v3rys3cret" not in run.out + run.err
