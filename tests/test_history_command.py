"""`avion-lint history` on real repositories in which everything happened to migrations that can."""

import json
import os
import shutil
from importlib.resources import files

import jsonschema
import pytest

from tests.forked_helper import avion_lint
from tests.git_helper import make_repo

DB = "services/users/migrations"


def up(sql, comment=""):
    return f"-- +goose Up\n{comment}{sql}\n-- +goose Down\nSELECT 0;\n"


ONE = up("CREATE TABLE users (id bigint PRIMARY KEY, email text);")
TWO = up("ALTER TABLE users ADD COLUMN name text;")
THREE = up("CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);")


@pytest.fixture
def repo(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{DB}/00001_users.sql": ONE})
    repo.git("tag", "v1.0")
    repo.commit({f"{DB}/00002_name.sql": TWO})
    return repo


def told(repo, *arguments, code=0):
    run = avion_lint("history", "--format", "json", *arguments, cwd=repo.path)
    assert run.code == code, run.out + run.err
    report = run.report
    schema = json.loads((files("avion_lint.report") / "history.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(report, schema)
    return {entry["path"]: entry for service in report["services"] for entry in service["migrations"]}


def deeds(entry):
    return [(event["deed"], event["edit"], event["harmful"]) for event in entry["events"]]


def test_each_migration_has_its_landing_and_its_first_release(repo):
    head = repo.head()
    repo.write(f"{DB}/00003_orders.sql", THREE)
    found = told(repo)

    assert found[f"{DB}/00001_users.sql"]["release"]["tag"] == "v1.0"
    assert found[f"{DB}/00002_name.sql"]["release"] is None
    assert found[f"{DB}/00002_name.sql"]["landed"]["commit"] == head
    assert found[f"{DB}/00002_name.sql"]["witness"] == f"is on main since 2023-11-15, commit {head[:7]}"
    assert found[f"{DB}/00003_orders.sql"]["landed"] is None
    assert not found[f"{DB}/00003_orders.sql"]["applied"]


def test_the_table_is_for_people(repo):
    run = avion_lint("history", cwd=repo.path)

    assert run.code == 0
    assert "users (services/users/migrations, goose)" in run.out
    assert "00001_users.sql  2023-11-14" in run.out


@pytest.mark.parametrize(
    ("text", "edit", "harmful"),
    [
        (TWO.replace("name text", "name varchar"), "sql", True),
        (TWO.replace("-- +goose Up\n", "-- +goose Up\n-- the name of a person\n"), "comments", False),
        (TWO.replace("\n", "\r\n"), "line-ends", False),
    ],
)
def test_edits_after_the_landing_are_told_apart(repo, text, edit, harmful):
    edited = repo.commit({f"{DB}/00002_name.sql": text})
    found = told(repo, "--audit", code=1 if harmful else 0)[f"{DB}/00002_name.sql"]

    assert deeds(found) == [("edited", edit, harmful)]
    assert found["events"][0]["commit"] == edited


def test_a_mode_is_no_edit_of_the_text(repo):
    (repo.path / DB / "00002_name.sql").chmod(0o755)
    repo.commit()

    assert deeds(told(repo, "--audit")[f"{DB}/00002_name.sql"]) == [("edited", "mode", False)]


def test_an_edit_that_was_taken_back_did_no_harm(repo):
    edit = repo.commit({f"{DB}/00002_name.sql": TWO.replace("name text", "name varchar")})
    back = repo.commit({f"{DB}/00002_name.sql": TWO})
    first, second = told(repo, "--audit")[f"{DB}/00002_name.sql"]["events"]

    assert (first["harmful"], first["why-not"]) == (False, f"as it was again since {back[:7]}")
    assert (second["harmful"], second["why-not"]) == (False, f"as it was before {edit[:7]}")
    assert second["edit"] == "sql"


def test_a_new_number_that_was_taken_back_did_no_harm(repo):
    repo.git("mv", f"{DB}/00002_name.sql", f"{DB}/00007_name.sql")
    repo.commit()
    repo.git("revert", "--no-edit", "HEAD")

    assert [deed[2] for deed in deeds(told(repo, "--audit")[f"{DB}/00002_name.sql"])] == [False, False]


def test_an_edit_that_was_taken_back_and_made_again_did_harm_once(repo):
    other = TWO.replace("name text", "name varchar")
    for text in (other, TWO, other):
        repo.commit({f"{DB}/00002_name.sql": text})
    events = told(repo, "--audit", code=1)[f"{DB}/00002_name.sql"]["events"]

    assert [event["harmful"] for event in events] == [False, False, True]


def test_a_migration_that_came_back_was_not_lost(repo):
    (repo.path / DB / "00002_name.sql").unlink()
    repo.commit()
    repo.commit({f"{DB}/00002_name.sql": TWO})

    assert deeds(told(repo, "--audit")[f"{DB}/00002_name.sql"]) == [
        ("deleted", "none", False),
        ("returned", "none", False),
    ]


def test_a_deleted_migration_is_still_told_of(repo):
    (repo.path / DB / "00002_name.sql").unlink()
    repo.commit()
    found = told(repo, "--audit", code=1)[f"{DB}/00002_name.sql"]

    assert found["gone"]
    assert deeds(found) == [("deleted", "none", True)]


def test_a_rename_and_an_edit_in_one_commit_are_both_told(repo):
    repo.git("mv", f"{DB}/00002_name.sql", f"{DB}/00002_full_name.sql")
    repo.commit({f"{DB}/00002_full_name.sql": TWO.replace("name text", "name varchar")})
    found = told(repo, "--audit", code=1)[f"{DB}/00002_full_name.sql"]

    assert deeds(found) == [("renamed", "sql", True)]
    assert found["events"][0]["what"] == "renamed from 00002_name.sql, SQL edited"


def test_a_renumbered_migration_is_run_again(repo):
    repo.git("mv", f"{DB}/00002_name.sql", f"{DB}/00007_name.sql")
    repo.commit()
    (event,) = told(repo, "--audit", code=1)[f"{DB}/00007_name.sql"]["events"]

    assert event["what"] == "renumbered from 00002 to 00007"


def test_a_folder_that_was_moved_does_no_harm_and_is_one_line(repo):
    repo.git("mv", "services/users", "services/accounts")
    repo.commit()
    repo.git("mv", "services/accounts/migrations", "services/accounts/sql")
    repo.commit()
    run = avion_lint("history", "--audit", cwd=repo.path)
    found = told(repo)

    assert run.code == 0, run.out
    assert "2 migrations moved from services/users/migrations to services/accounts/migrations" in run.out
    assert "2 migrations moved from services/accounts/migrations to services/accounts/sql" in run.out
    assert found["services/accounts/sql/00001_users.sql"]["release"]["tag"] == "v1.0"


def test_what_landed_before_its_number_is_out_of_order_for_merges_and_squashes(repo):
    repo.branch("late", "main~1")
    repo.commit({f"{DB}/00002_other.sql": THREE.replace("orders", "others")})
    repo.git("mv", f"{DB}/00002_other.sql", f"{DB}/00003_other.sql")
    repo.commit()
    repo.checkout("main")
    repo.commit({f"{DB}/00004_orders.sql": THREE})
    repo.branch("squashed", "main")
    repo.commit({f"{DB}/00005_a.sql": TWO.replace("name", "a")})
    repo.commit({f"{DB}/00006_b.sql": TWO.replace("name", "b")})
    repo.checkout("main")
    merge = repo.merge("late")
    squash = repo.squash("squashed")
    found = told(repo, "--audit", code=1)

    assert set(found) == {f"{DB}/00003_other.sql"}
    assert found[f"{DB}/00003_other.sql"]["out-of-order-after"] == "00004"
    assert found[f"{DB}/00003_other.sql"]["landed"]["commit"] == merge
    assert told(repo)[f"{DB}/00006_b.sql"]["landed"]["commit"] == squash


def test_only_what_happened_since_a_day_counts(repo):
    repo.commit({f"{DB}/00002_name.sql": TWO.replace("name text", "name varchar")})

    assert avion_lint("history", "--audit", "--since", "2024-01-01", cwd=repo.path).code == 0
    assert avion_lint("history", "--audit", "--since", "2023-11-14", cwd=repo.path).code == 1
    assert avion_lint("history", "--audit", "--since", "yesterday", cwd=repo.path).code == 2


def test_flyway_minds_comments_and_descriptions_but_no_line_ends(tmp_path):
    repo = make_repo(tmp_path / "repo")
    folder = "billing/src/main/resources/db/migration"
    repo.commit({f"{folder}/V1__a.sql": "SELECT 1;\n", f"{folder}/V2__b.sql": "SELECT 2;\n"})
    repo.commit({f"{folder}/R__view.sql": "CREATE VIEW v AS SELECT 1;\n"})
    repo.commit({f"{folder}/V1__a.sql": "SELECT 1; -- one\n", f"{folder}/V2__b.sql": "SELECT 2;\r\n"})
    repo.commit({f"{folder}/R__view.sql": "CREATE OR REPLACE VIEW v AS SELECT 2;\n"})
    repo.git("mv", f"{folder}/V2__b.sql", f"{folder}/V2__two.sql")
    repo.commit()
    found = told(repo, "--audit", code=1)

    assert deeds(found[f"{folder}/V1__a.sql"]) == [("edited", "comments", True)]
    assert deeds(found[f"{folder}/V2__two.sql"]) == [("edited", "line-ends", False), ("renamed", "none", True)]
    assert f"{folder}/R__view.sql" not in found


def test_a_release_on_a_branch_of_its_own_has_what_it_forked_from(repo):
    repo.branch("release-1", "main")
    repo.commit({"hotfix.txt": "x"})
    repo.git("tag", "v1.1", "-m", "annotated")
    repo.checkout("main")
    repo.commit({f"{DB}/00003_orders.sql": THREE})
    found = told(repo)

    assert found[f"{DB}/00002_name.sql"]["release"]["tag"] == "v1.1"
    assert found[f"{DB}/00003_orders.sql"]["release"] is None


def test_a_history_that_was_written_anew_is_said(repo):
    repo.git("checkout", "--quiet", "--orphan", "fresh")
    repo.commit(message="all of it anew")
    repo.git("branch", "-D", "main")
    repo.git("branch", "-m", "main")
    run = avion_lint("history", "--audit", cwd=repo.path)

    assert run.code == 3
    assert "release v1.0 shares no commit with main" in run.err


def test_a_shallow_clone_does_not_pass(repo, tmp_path):
    repo.commit({f"{DB}/00003_orders.sql": THREE})
    clone = repo.clone(tmp_path / "shallow", "--depth", "1", file_url=True)
    run = avion_lint("history", "--audit", cwd=clone.path)

    assert run.code == 3
    assert "shallow" in run.err


def test_names_that_are_not_ascii_and_folders_below_the_root(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({"dienste/zähler/migrations/00001_größe.sql": ONE})
    repo.commit({"dienste/zähler/migrations/00001_größe.sql": ONE.replace("email text", "email varchar")})
    run = avion_lint("history", "--audit", cwd=repo.path / "dienste")

    assert run.code == 1
    assert "dienste/zähler/migrations/00001_größe.sql: version 00001: SQL edited" in run.out


def test_however_long_the_history_git_is_asked_for_it_once(repo, tmp_path):
    (repo.path / DB / "00002_name.sql").unlink()
    for number in range(3, 9):
        repo.commit({f"{DB}/0000{number}_t.sql": THREE.replace("orders", f"t{number}")})
        repo.commit({f"{DB}/0000{number}_t.sql": THREE.replace("orders", f"t{number}").replace("bigint", "uuid")})
        repo.git("tag", f"v1.{number}")
    log = tmp_path / "asked"
    binaries = tmp_path / "bin"
    binaries.mkdir()
    real = shutil.which("git")
    (binaries / "git").write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {real} "$@"\n')
    (binaries / "git").chmod(0o755)
    run = avion_lint("history", "--audit", cwd=repo.path, PATH=f"{binaries}:{os.environ['PATH']}")
    asked = log.read_text().splitlines()

    assert run.code == 1
    assert [sum(f" {verb} " in line for line in asked) for verb in ("log", "cat-file", "rev-list")] == [1, 1, 0]
    assert len(asked) <= 10, asked


def test_a_sparse_checkout_and_a_worktree_tell_the_same(repo, tmp_path):
    repo.commit({"services/orders/migrations/00001_orders.sql": THREE})
    whole = avion_lint("history", "--format", "json", cwd=repo.path).report
    repo.git("worktree", "add", "--quiet", str(tmp_path / "tree"), "-b", "there")
    there = avion_lint("history", "--format", "json", cwd=tmp_path / "tree").report
    repo.git("sparse-checkout", "set", "services/orders")
    sparse = avion_lint("history", "--format", "json", cwd=repo.path).report

    assert whole == there == sparse
    assert not (repo.path / DB).exists()


def test_a_service_that_a_branch_removes_is_still_told_of(repo):
    repo.commit({"services/orders/migrations/00001_orders.sql": THREE})
    repo.branch("change")
    repo.git("rm", "-rq", "services/users")
    repo.commit()

    assert f"{DB}/00001_users.sql" in told(repo)


def test_one_of_several_services_may_be_asked_for(repo):
    repo.commit({"services/orders/migrations/00001_orders.sql": THREE})

    assert set(told(repo, "orders")) == {"services/orders/migrations/00001_orders.sql"}
    assert set(told(repo, "services/users")) == {f"{DB}/00001_users.sql", f"{DB}/00002_name.sql"}


def test_a_service_that_is_gone_from_the_branch_is_one_line(repo):
    repo.commit({"services/orders/migrations/00001_orders.sql": THREE, "queries/1_list.sql": "SELECT 1;\n"})
    repo.git("rm", "-rq", "services/users", "queries")
    repo.commit()
    run = avion_lint("history", "--audit", cwd=repo.path)

    assert run.code == 0
    assert "2 migrations of services/users/migrations deleted on 20" in run.out
    assert "queries" not in run.out


def test_without_a_repository_it_says_so(tmp_path):
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "00001_users.sql").write_text(ONE)
    run = avion_lint("history", cwd=tmp_path / "plain")

    assert run.code == 3
    assert "is not in a git repository" in run.err


def test_a_service_that_is_not_there_is_wrong_usage(repo):
    run = avion_lint("history", "orders", cwd=repo.path)

    assert run.code == 2
    assert "there are users (services/users/migrations)" in run.err


def test_the_audit_counts_what_has_landed(repo):
    repo.write(f"{DB}/00003_orders.sql", THREE)
    said = avion_lint("history", "--audit", cwd=repo.path).out

    assert said == "2 migrations in 2 commits of main: nothing was done to them after they had landed\n"


def test_an_audit_since_a_day_speaks_of_that_day_only(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({"m/00001_a.sql": "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n"})
    repo.commit({"m/00001_a.sql": "-- +goose Up\nSELECT 2;\n-- +goose Down\nSELECT 1;\n"})

    said = avion_lint("history", "--audit", "--since", "2030-01-01", cwd=repo.path).out

    assert said == "1 migration in 2 commits of main: nothing was done to them since 2030-01-01\n"
