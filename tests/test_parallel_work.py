"""Two branches that add migrations at once: found against the base, in a merge queue and before a commit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from avion_lint.git import find_repository, resolve_base
from tests.cli_helper import makes
from tests.forked_helper import judged
from tests.git_helper import Repo, base_of, isolate, make_repo, trouble

GOOSE = "services/users/migrations"
FLYWAY = "db/migration"


@pytest.fixture(autouse=True)
def _only_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, monkeypatch)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Version 41 on main, 42 on a branch that is checked out, and another 42 on main since it left."""
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{GOOSE}/00041_a.sql": makes("a")})
    repo.branch("feature")
    repo.commit({f"{GOOSE}/00042_b.sql": makes("b")})
    repo.checkout("main")
    repo.commit({f"{GOOSE}/00042_c.sql": makes("c")})
    repo.checkout("feature")
    return repo


def event(folder: Path, payload: object) -> dict[str, str]:
    """Variables of a workflow that a merge group has started."""
    path = folder / "event.json"
    path.write_text(payload if isinstance(payload, str) else json.dumps(payload), encoding="utf-8")
    return {"GITHUB_EVENT_NAME": "merge_group", "GITHUB_EVENT_PATH": str(path), "GITHUB_BASE_REF": ""}


def test_a_version_that_the_base_got_meanwhile_is_found_before_the_merge(repo: Repo) -> None:
    run = judged(cwd=repo.path)

    assert run.found == [("MG112", f"{GOOSE}/00042_b.sql", 1)]
    finding = run.of("MG112")
    assert f"main has version 00042 as well since this branch left it ({GOOSE}/00042_c.sql)" in finding["message"]
    assert "00043_b.sql" in finding["remedy"]


def test_before_a_commit_the_version_is_found_where_the_base_is_fetched(repo: Repo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone")
    clone.git("checkout", "--quiet", "-b", "mine", "HEAD~1")
    clone.write(f"{GOOSE}/00042_b.sql", makes("b"))
    clone.git("add", "--all")
    repo.checkout("main")
    clone.git("fetch", "--quiet")
    clone.git("remote", "set-head", "origin", "main")

    assert judged("--staged", cwd=clone.path).found == [("MG112", f"{GOOSE}/00042_b.sql", 1)]


def test_a_lower_timestamp_that_lands_later_is_found(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{GOOSE}/20260101000000_a.sql": makes("a")})
    repo.branch("feature")
    repo.commit({f"{GOOSE}/20260102000000_b.sql": makes("b")})
    repo.checkout("main")
    repo.commit({f"{GOOSE}/20260103000000_c.sql": makes("c")})
    repo.checkout("feature")

    assert judged(cwd=repo.path).found == [("HI104", f"{GOOSE}/20260102000000_b.sql", 1)]


def test_flyway_spells_one_version_in_several_ways_on_two_branches(tmp_path: Path) -> None:
    header = "-- Author: Jo\n-- Date: 2026-01-31\n"
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{FLYWAY}/V1__a.sql": f"{header}CREATE TABLE a (id bigint PRIMARY KEY);\n"})
    repo.branch("feature")
    repo.commit({f"{FLYWAY}/V1_1__b.sql": f"{header}CREATE TABLE b (id bigint PRIMARY KEY);\n"})
    repo.checkout("main")
    repo.commit({f"{FLYWAY}/V1.1.0__c.sql": f"{header}CREATE TABLE c (id bigint PRIMARY KEY);\n"})
    repo.checkout("feature")

    run = judged(cwd=repo.path)

    assert run.found == [("MG112", f"{FLYWAY}/V1_1__b.sql", 1)]
    assert "written 1.1.0, which is the same number" in run.of("MG112")["message"]


def test_a_file_that_the_base_renamed_meanwhile_has_no_twin(repo: Repo) -> None:
    repo.checkout("main")
    repo.git("mv", f"{GOOSE}/00041_a.sql", f"{GOOSE}/00041_aa.sql")
    repo.commit()
    repo.branch("other", "main~2")
    repo.commit({f"{GOOSE}/00041_a.sql": f"-- a story\n{makes('a')}", f"{GOOSE}/00050_d.sql": makes("d")})

    assert [found for found in judged(cwd=repo.path).found if found[0] == "MG112"] == []


# --- merge queues


def test_a_merge_group_is_judged_against_the_commit_that_it_is_built_on(repo: Repo, tmp_path: Path) -> None:
    """The queue: main, then a group that brings another 42, then this one on top of it."""
    repo.branch("queue-1", "main~1")
    before = repo.commit({f"{GOOSE}/00042_d.sql": makes("d")})
    repo.branch("queue-2")
    repo.merge("feature")
    group = {"merge_group": {"base_sha": before, "head_sha": repo.head(), "base_ref": "refs/heads/main"}}

    run = judged(cwd=repo.path, **event(tmp_path, group))

    assert run.found == [("MG112", f"{GOOSE}/00042_b.sql", 1)], "the one before it in the queue has the number"
    assert run.report["summary"]["assumed"] == f"2 migrations on {before[:10]} are taken as applied"


def test_the_base_that_is_asked_for_wins_over_the_merge_group(repo: Repo, tmp_path: Path) -> None:
    variables = event(tmp_path, {"merge_group": {"base_sha": repo.head()}})

    assert base_of(repo, "main", **variables).name == "main"
    assert base_of(repo, None, **variables).tip == repo.head()


@pytest.mark.parametrize(
    "payload",
    ["", "[", "[]", "{}", '{"merge_group": []}', '{"merge_group": {"base_sha": "--all"}}', "[" * 100_000],
)
def test_an_event_that_names_no_commit_is_an_error_and_nothing_of_it_is_handed_to_git(
    repo: Repo, tmp_path: Path, payload: str
) -> None:
    error = trouble(base_of_event, repo, event(tmp_path, payload))

    assert "merge_group.base_sha" in error.text
    assert "--base" in error.mend


def test_a_merge_group_whose_base_is_not_fetched_says_how_to_fetch_it(repo: Repo, tmp_path: Path) -> None:
    error = trouble(base_of_event, repo, event(tmp_path, {"merge_group": {"base_sha": "1" * 40}}))

    assert "1111111111, which the merge group is built on" in error.text
    assert "fetch-depth: 0" in error.mend


@pytest.mark.parametrize(
    "variables",
    [
        {"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": "{tmp}/event.json"},
        {"GITHUB_EVENT_NAME": "merge_group"},
        {"GITHUB_EVENT_NAME": "merge_group", "GITHUB_EVENT_PATH": "{tmp}/gone.json"},
        {"GITHUB_EVENT_NAME": "merge_group", "GITHUB_EVENT_PATH": "{tmp}"},
    ],
)
def test_without_the_event_of_a_merge_group_the_base_is_the_usual_one(
    repo: Repo, tmp_path: Path, variables: dict[str, str]
) -> None:
    event(tmp_path, {"merge_group": {"base_sha": "1" * 40}})
    given = {name: value.replace("{tmp}", str(tmp_path)) for name, value in variables.items()}

    assert base_of(repo, None, **given).name == "main"


def base_of_event(repo: Repo, variables: dict[str, str]) -> None:
    resolve_base(find_repository(repo.path), None, variables)
