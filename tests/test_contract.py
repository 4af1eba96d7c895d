"""`avion-lint contract`: what is deprecated, whether it may go by now, and the migrations that drop it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.cli_helper import Run
from tests.forked_helper import avion_lint, judged
from tests.git_helper import Repo, isolate, make_repo
from tests.goose_wire import Goose, find_goose

HEAD = "-- Author: Jo\n-- Date: 2026-01-31\n\n"
TABLES = """\
SET LOCAL lock_timeout = '4s';
CREATE TABLE users (id bigint PRIMARY KEY, legacy text, old text, age int CONSTRAINT adult CHECK (age > 17));
CREATE INDEX users_age_idx ON users (age);
CREATE VIEW names AS SELECT id FROM users;
CREATE VIEW used AS SELECT old FROM users;
CREATE FUNCTION f(a int, b text) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE orders (id bigint PRIMARY KEY);"""
MARKS = """\
-- avion-lint: deprecates users.old, users.adult, names, f, users_age_idx
COMMENT ON COLUMN users.legacy IS 'deprecated: not read since 4.2';
ALTER TABLE orders RENAME TO orders_deprecated;"""


def goose(up: str) -> str:
    return f"{HEAD}-- +goose Up\n{up}\n\n-- +goose Down\nSELECT 1;\n"


@pytest.fixture(autouse=True)
def _only_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, monkeypatch)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Seven deprecated objects on main, released in v1.0, and one more on a branch."""
    repo = make_repo(tmp_path / "repo")
    repo.commit({"m/00001_a.sql": goose(TABLES)})
    repo.commit({"m/00002_b.sql": goose(MARKS)})
    repo.git("tag", "v1.0")
    repo.branch("feature")
    repo.commit({"m/00003_c.sql": goose("COMMENT ON COLUMN users.age IS 'deprecated';")})
    return repo


def contract(repo: Repo, *arguments: str) -> Run:
    return avion_lint("contract", *arguments, cwd=repo.path)


def test_everything_deprecated_is_listed_with_its_step_and_whether_it_may_go(repo: Repo) -> None:
    run = contract(repo, "--format", "json")

    assert run.code == 0, run.err
    (service,) = run.report["services"]
    entries = {each["name"]: each for each in service["deprecated"]}
    assert {name: each["may_be_dropped"] for name, each in entries.items()} == {
        "names": True,
        "users.adult": True,
        "users.age": False,
        "users.legacy": True,
        "users.old": False,
        "orders_deprecated": True,
        "f": True,
        "users_age_idx": True,
    }
    landed = repo.git("rev-parse", "main")
    legacy = entries["users.legacy"]
    assert (legacy["version"], legacy["path"], legacy["line"]) == ("00002", "m/00002_b.sql", 6)
    assert (legacy["commit"], legacy["release"], legacy["day"]) == (landed, "v1.0", "2023-11-15")
    assert "used" in entries["users.old"]["why_not"], "a view is made of it"
    assert "same change" in entries["users.age"]["why_not"]
    assert entries["users.age"]["commit"] is None
    assert repo.git("status", "--porcelain") == ""


def test_the_text_says_the_same(repo: Repo) -> None:
    run = contract(repo)

    commit = repo.git("rev-parse", "main")[:10]
    assert (
        "column users.legacy\n  deprecated by 00002 (m/00002_b.sql:6), "
        f"landed on 2023-11-15 in {commit}, first released in v1.0\n  may be dropped now\n"
    ) in run.out
    assert "column users.age\n  deprecated by 00003 (m/00003_c.sql:5), which has not landed\n  not yet: " in run.out


def test_what_may_go_is_written_with_a_lock_timeout_and_a_way_back(repo: Repo) -> None:
    run = contract(repo, "--write")

    assert run.out.splitlines() == ["m/00004_drop_users_age_idx.sql", "m/00005_drop_deprecated.sql"]
    assert "users.old stays" in run.err
    alone, together = ((repo.path / path).read_text() for path in run.out.splitlines())
    up, down = together.split("-- +goose Down\n")
    assert up.splitlines()[3:] == [
        "-- +goose Up",
        "SET LOCAL lock_timeout = '4s';",
        "DROP VIEW names;",
        "ALTER TABLE users DROP CONSTRAINT adult;",
        "ALTER TABLE users DROP COLUMN legacy;",
        "DROP TABLE orders_deprecated;",
        "DROP FUNCTION f(integer, text);",
        "",
    ]
    assert "-- Comes back empty: what legacy held is gone." in down
    assert "ADD COLUMN legacy text;" in down
    assert "-- +goose NO TRANSACTION\n-- +goose Up\nDROP INDEX CONCURRENTLY users_age_idx;\n" in alone
    report = judged(cwd=repo.path).report
    assert [each["id"] for each in report["findings"] if each["level"] == "error"] == []


def test_an_index_goes_before_the_table_that_takes_it_along(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    made = (
        "CREATE TABLE a (id int); CREATE INDEX a_idx ON a (id);\n"
        "CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE INDEX p_idx ON p (id);"
    )
    objects = ("TABLE a", "INDEX a_idx", "TABLE p", "INDEX p_idx")
    marks = "".join(f"COMMENT ON {each} IS 'deprecated';\n" for each in objects)
    repo.commit({"m/00001_a.sql": goose(made)})
    repo.commit({"m/00002_b.sql": goose(marks)})
    repo.branch("feature")
    written = [(repo.path / path).read_text() for path in contract(repo, "--write").out.splitlines()]
    drops = [line for text in written for line in text.split("-- +goose Down")[0].splitlines() if "DROP" in line]

    assert drops == ["DROP INDEX CONCURRENTLY a_idx;", "DROP INDEX p_idx;", "DROP TABLE a;", "DROP TABLE p;"]


def test_where_nothing_may_go_nothing_is_written(repo: Repo) -> None:
    repo.write("avion-lint.yaml", "deprecated-for: {releases: 2}\n")

    run = contract(repo, "--write")

    assert (run.code, run.out) == (0, "")
    assert "1 of 2 releases" in run.err
    assert not (repo.path / "m/00004_drop_deprecated.sql").exists()


def test_an_index_that_this_change_deprecates_stays(repo: Repo) -> None:
    repo.write(
        "m/00004_d.sql", goose("CREATE INDEX users_old_idx ON users (old);\n-- avion-lint: deprecates users_old_idx")
    )

    assert (
        "index users_old_idx\n  deprecated by 00004 (m/00004_d.sql:6), which has not landed\n  not yet: "
        in contract(repo).out
    )


def test_what_the_code_still_has_stays_unless_nobody_asks(repo: Repo) -> None:
    repo.checkout("main")
    repo.commit({"app/users.go": 'const q = "SELECT legacy FROM users"\n'})
    repo.checkout("feature")

    run = contract(repo)
    repo.write("avion-lint.yaml", "code: {search: false}\n")

    assert "not yet: the code still has it: app/users.go:1: legacy stands here in main\n" in run.out
    assert "the code still has it" not in contract(repo).out


def test_what_the_settings_call_deprecated_is_listed_too(repo: Repo) -> None:
    repo.write("avion-lint.yaml", "deprecated: [{object: users.id, reason: not read}, {object: gone.x, reason: no}]\n")

    run = contract(repo)

    assert "column users.id\n  deprecated in the settings: not read\n" in run.out
    assert "gone" not in run.out


def test_flyway_gets_an_undo_script_that_says_what_is_lost(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.commit({"db/V1__a.sql": f"{HEAD}{TABLES}\n", "db/U1__a.sql": "DROP TABLE users;\n"})
    repo.commit({"db/V2__b.sql": f"{HEAD}COMMENT ON COLUMN users.legacy IS 'deprecated';\n"})

    run = contract(repo, "--write")

    assert run.out.splitlines() == ["db/V3__drop_users_legacy.sql", "db/U3__drop_users_legacy.sql"], run.err
    assert (
        "SET LOCAL lock_timeout = '4s';\nALTER TABLE users DROP COLUMN legacy;\n"
        in (repo.path / "db/V3__drop_users_legacy.sql").read_text()
    )
    assert "Lost for good: its values (column users.legacy)" in (repo.path / "db/U3__drop_users_legacy.sql").read_text()


def test_without_anything_deprecated_that_is_said(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.commit({"m/00001_a.sql": goose(TABLES)})

    assert contract(repo).out == "Nothing is deprecated.\n"
    assert contract(repo, "--service", "nobody").code == 2


# --- what is written, run for real


@pytest.fixture
def database(postgres: str) -> str:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS contracted")
        connection.execute("CREATE DATABASE contracted")
    return f"{postgres.rpartition('/')[0]}/contracted"


def test_goose_applies_what_is_written_and_takes_it_back(repo: Repo, database: str) -> None:
    goose_here = Goose(find_goose("AVION_GOOSE_NEW", "goose"), f"{database}?sslmode=disable")
    assert contract(repo, "--write").code == 0

    up = goose_here.run(repo.path / "m", "up", environment={})
    with psycopg.connect(database) as connection:
        left = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped"
        ).fetchall()
    down = goose_here.run(repo.path / "m", "down-to", "3", environment={})

    assert (up.returncode, up.stderr if up.returncode else "") == (0, "")
    assert sorted(name for (name,) in left) == ["age", "id", "old"]
    assert (down.returncode, down.stderr if down.returncode else "") == (0, "")


# --- what is dropped already -------------------------------------------------------------------------------------


@pytest.fixture
def ended(repo: Repo) -> Repo:
    """What was deprecated is dropped on main, most of it, in v1.1; one table went without having been deprecated."""
    repo.checkout("main")
    repo.commit(
        {
            "m/00003_drop.sql": goose(
                "ALTER TABLE users DROP COLUMN legacy, DROP CONSTRAINT adult;\nDROP VIEW names;\n"
                "DROP FUNCTION f(int, text);\nDROP INDEX users_age_idx;\nDROP TABLE orders_deprecated;"
            )
        }
    )
    repo.git("tag", "v1.1")
    repo.commit({"m/00004_more.sql": goose("CREATE TABLE legacy (a int);\nALTER TABLE users RENAME age TO years;")})
    repo.commit({"m/00005_gone.sql": goose("DROP TABLE legacy;\nDROP VIEW used;\nCREATE VIEW used AS SELECT 1 AS a;")})
    return repo


def test_what_is_dropped_is_listed_with_both_of_its_steps(ended: Repo) -> None:
    (service,) = contract(ended, "--format", "json").report["services"]
    gone = {f"{each['kind']} {each['name']}": each for each in service["dropped"]}

    assert sorted(gone) == [
        "column users.legacy",
        "constraint users.adult",
        "function f",
        "index users_age_idx",
        "table legacy",
        "table orders_deprecated",
        "view names",
    ]
    step = gone["column users.legacy"]
    assert (step["version"], step["path"], step["release"]) == ("00003", "m/00003_drop.sql", "v1.1")
    assert step["commit"] == ended.git("rev-parse", "v1.1")
    assert step["deprecated"]["version"] == "00002"
    assert step["deprecated"]["release"] == "v1.0"
    assert gone["table legacy"]["deprecated"] is None
    assert gone["table legacy"]["release"] is None


def test_the_text_counts_what_is_dropped_and_lists_it_where_it_is_asked(ended: Repo) -> None:
    assert contract(ended).out.endswith("7 objects are dropped already: see --dropped.\n")
    out = contract(ended, "--dropped").out
    assert (
        "view names\n  deprecated by 00002 (m/00002_b.sql:5), landed on 2023-11-15 in "
        f"{ended.git('rev-parse', 'v1.0')[:10]}, first released in v1.0\n  dropped by 00003 (m/00003_drop.sql), landed"
    ) in out
    assert "table legacy\n  never deprecated\n  dropped by 00005" in out


def test_what_is_made_again_is_not_dropped(repo: Repo) -> None:
    repo.checkout("main")
    repo.commit({"m/00003_c.sql": goose("ALTER TABLE users DROP COLUMN age CASCADE;\nDROP TABLE orders_deprecated;")})
    repo.commit({"m/00004_d.sql": goose("ALTER TABLE users ADD COLUMN age int;")})
    repo.commit({"m/00005_e.sql": goose("ALTER TABLE users RENAME TO people;")})
    (service,) = contract(repo, "--format", "json").report["services"]

    assert [each["name"] for each in service["dropped"]] == ["orders_deprecated"]
