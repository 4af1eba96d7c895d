"""How long something must have been deprecated before it is dropped: releases, migrations and days, with real git."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.cli_helper import goose
from tests.forked_helper import avion_lint, judged
from tests.git_helper import Repo, isolate, make_repo

DROP = goose("SET LOCAL lock_timeout = '3s';\nALTER TABLE users DROP COLUMN legacy;", "SELECT 1;")
TABLE = goose("CREATE TABLE users (id bigint PRIMARY KEY, legacy text);", "DROP TABLE users;")
MARK = goose("-- avion-lint: deprecates users.legacy\nSELECT 1;", "SELECT 1;")
DAY = 86_400


@pytest.fixture(autouse=True)
def _only_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, monkeypatch)


def repo_of(tmp_path: Path, settings: str, *, days: int = 10, tags: tuple[str, ...] = (), more: int = 0) -> Repo:
    """A table whose column was deprecated some days ago; after that come tags, further migrations, and the drop."""
    repo = make_repo(tmp_path / "repo")
    repo.clock = int(time.time()) - days * DAY - 3600
    repo.commit({"m/00001_a.sql": TABLE, "avion-lint.yaml": settings})
    repo.git("tag", "v1.0")
    repo.clock -= 3600
    repo.commit({"m/00002_mark.sql": MARK})
    for tag in tags:
        repo.commit()
        repo.git("tag", tag)
    for number in range(more):
        repo.commit({f"m/{number + 3:05}_more.sql": goose("SELECT 1;", "SELECT 1;")})
    repo.branch("feature")
    repo.commit({"m/00009_drop.sql": DROP})
    return repo


def told(repo: Repo) -> str:
    """The remedy of the drop, "" where it may be done."""
    run = judged("--select", "CO102", cwd=repo.path)
    assert run.code in (0, 1), run.err + run.out
    return run.of("CO102")["remedy"] if run.report["findings"] else ""


def test_an_earlier_deployment_is_enough_where_the_settings_ask_for_nothing(tmp_path: Path) -> None:
    assert told(repo_of(tmp_path, "fail-on: error\n", days=0)) == ""


@pytest.mark.parametrize(("days", "enough"), [(29, False), (30, True), (31, True)])
def test_days_are_counted_from_the_landing(tmp_path: Path, days: int, enough: bool) -> None:
    remedy = told(repo_of(tmp_path, "deprecated-for: {days: 30}\n", days=days))

    assert remedy == ("" if enough else remedy)
    assert (
        enough
        or f"since 00002, which is not long enough by the settings (`deprecated-for`): {days} of 30 days" in remedy
    )


@pytest.mark.parametrize(
    ("tags", "lacking"),
    [
        ((), "0 of 2 releases"),
        (("v1.1",), "1 of 2 releases"),
        (("v1.1", "v1.2"), ""),
        (("x1", "x2"), "0 of 2 releases"),
    ],
)
def test_releases_that_have_the_deprecation_are_counted(tmp_path: Path, tags: tuple[str, ...], lacking: str) -> None:
    remedy = told(repo_of(tmp_path, "deprecated-for: {releases: 2}\n", tags=tags))

    assert lacking in remedy
    assert bool(remedy) == bool(lacking)


@pytest.mark.parametrize(("more", "lacking"), [(0, "1 of 3 migrations"), (1, "2 of 3 migrations"), (2, "")])
def test_migrations_are_counted_in_the_runners_order(tmp_path: Path, more: int, lacking: str) -> None:
    remedy = told(repo_of(tmp_path, "deprecated-for: {migrations: 3}\n", more=more))

    assert lacking in remedy
    assert bool(remedy) == bool(lacking)


def test_a_service_may_ask_for_more_and_all_must_have_passed(tmp_path: Path) -> None:
    settings = "deprecated-for: {days: 5}\nservices: [{path: m, deprecated-for: {releases: 1, days: 20}}]\n"
    remedy = told(repo_of(tmp_path, settings, days=10))

    assert "0 of 1 release, 10 of 20 days" in remedy


def test_of_a_release_from_another_branch_only_what_it_has_counts(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, "deprecated-for: {releases: 1}\n")
    repo.branch("hotfix", "v1.0")
    repo.commit({"README.md": "fix"})
    repo.git("tag", "v1.0.1")
    repo.checkout("feature")

    assert "0 of 1 release" in told(repo)


def test_in_a_shallow_clone_what_is_hidden_is_not_long_enough(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, "deprecated-for: {days: 1}\n")
    repo.checkout("main")
    clone = repo.clone(tmp_path / "clone", "--depth=1", file_url=True)
    clone.write("m/00009_drop.sql", DROP)

    assert "is not known" in told(clone)


def test_a_wrong_key_is_told_with_its_line(tmp_path: Path) -> None:
    run = judged(cwd=repo_of(tmp_path, "deprecated-for: {release: 2}\n").path)

    assert run.code == 2
    assert "release" in run.err


# --- what the settings call deprecated ---------------------------------------------------------------------------


def entry(since: str, wanted: str) -> str:
    """Settings with one entry, which may say since when."""
    when = f", since: {since}" if since else ""
    return f"deprecated-for: {{{wanted}}}\ndeprecated: [{{object: users.legacy, reason: announced{when}}}]\n"


def announced(tmp_path: Path, since: str, wanted: str) -> Repo:
    """A column that the settings call deprecated; it was made in v1.0, 10 days ago, and v1.1 and v1.2 came after."""
    repo = make_repo(tmp_path / "repo")
    repo.clock = int(time.time()) - 10 * DAY - 3600
    repo.commit({"m/00001_a.sql": TABLE, "avion-lint.yaml": entry(since, wanted)})
    repo.git("tag", "v1.0")
    repo.clock += DAY
    repo.commit({"m/00002_b.sql": goose("SELECT 1;", "SELECT 1;")})
    for tag in ("v1.1", "v1.2"):
        repo.clock += DAY
        repo.commit()
        repo.git("tag", tag)
    repo.branch("feature")
    repo.commit({"m/00009_drop.sql": DROP})
    return repo


def ago(days: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() - days * DAY))


@pytest.mark.parametrize(
    ("since", "wanted", "lacking"),
    [
        (ago(30), "days: 30", ""),
        (ago(29), "days: 30", "29 of 30 days"),
        (ago(30), "releases: 3", ""),
        (ago(30), "releases: 4", "3 of 4 releases"),
        (ago(1), "releases: 1", "0 of 1 release"),
        ("v1.1", "releases: 2", ""),
        ("v1.2", "releases: 2", "1 of 2 releases"),
        ("v1.0", "days: 10", ""),
        ("v1.0", "days: 20", "10 of 20 days"),
        ("'00001'", "migrations: 2", ""),
        ("'00001'", "migrations: 3", "2 of 3 migrations"),
        ("'00001'", "days: 10, releases: 3", ""),
        (ago(30), "migrations: 3", ""),
        (ago(1), "migrations: 2", "1 of 2 migrations"),
        ("v9", "days: 1", "`since: v9` is no day, and no release or migration of the base branch"),
        ("", "days: 1", "its entry does not say since when (`since:`)"),
    ],
)
def test_an_entry_of_the_settings_must_be_old_enough_as_well(
    tmp_path: Path, since: str, wanted: str, lacking: str
) -> None:
    repo = announced(tmp_path, since, wanted)
    remedy = told(repo)

    assert lacking in remedy
    assert bool(remedy) == bool(lacking)
    why = judged_contract(repo)
    assert lacking in why
    assert bool(why) == bool(lacking)


def judged_contract(repo: Repo) -> str:
    """Why `avion-lint contract` would not drop the column, "" where it would; on main, which has no drop yet."""
    repo.checkout("main")
    (service,) = avion_lint("contract", "--format", "json", cwd=repo.path).report["services"]
    (each,) = service["deprecated"]
    return each["why_not"] or ""


def test_where_the_settings_ask_for_nothing_an_entry_is_enough(tmp_path: Path) -> None:
    repo = announced(tmp_path, "", "days: 0")

    assert told(repo) == ""


@pytest.mark.parametrize(
    ("rule", "name", "drop"),
    [
        ("CO113", "users.adult", "ALTER TABLE users DROP CONSTRAINT adult;"),
        ("DA112", "users_mail_key", "DROP INDEX users_mail_key;"),
        ("DA112", "users.one_mail", "ALTER TABLE users DROP CONSTRAINT one_mail;"),
        ("CO103", "names", "DROP VIEW names;"),
        ("CO103", "mood", "DROP TYPE mood;"),
        ("CO103", "f", "DROP FUNCTION f();"),
        ("CO101", "users", "DROP TABLE users CASCADE;"),
    ],
)
@pytest.mark.parametrize("by", ["settings", "comment", "annotation"])
def test_every_sort_of_object_can_be_deprecated(tmp_path: Path, rule: str, name: str, drop: str, by: str) -> None:
    comments = {
        "users.adult": "CONSTRAINT adult ON users",
        "users_mail_key": "INDEX users_mail_key",
        "users.one_mail": "CONSTRAINT one_mail ON users",
        "names": "VIEW names",
        "mood": "TYPE mood",
        "f": "FUNCTION f()",
        "users": "TABLE users",
    }
    made = (
        "CREATE TABLE users (age int CONSTRAINT adult CHECK (age > 1), mail text CONSTRAINT one_mail UNIQUE, m text);\n"
        "CREATE UNIQUE INDEX users_mail_key ON users (m);\nCREATE VIEW names AS SELECT 1 AS a;\n"
        "CREATE TYPE mood AS ENUM ('a');\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
    )
    marks = {
        "settings": "SELECT 1;",
        "comment": f"COMMENT ON {comments[name]} IS 'deprecated: no';",
        "annotation": f"-- avion-lint: deprecates {name}\nSELECT 1;",
    }
    repo = make_repo(tmp_path / "repo")
    repo.commit({"m/00001_a.sql": goose(made, "SELECT 1;")})
    repo.branch("undeprecated")
    repo.commit({"m/00003_drop.sql": goose(drop, "SELECT 1;")})
    assert len(judged("--select", rule, cwd=repo.path).report["findings"]) == 1
    repo.checkout("main")
    settings = f"deprecated: [{{object: {name}, reason: announced}}]\n" if by == "settings" else "fail-on: error\n"
    repo.commit({"m/00002_b.sql": goose(marks[by], "SELECT 1;"), "avion-lint.yaml": settings})
    repo.branch("feature")
    repo.commit({"m/00003_drop.sql": goose(drop, "SELECT 1;")})

    assert judged("--select", rule, cwd=repo.path).report["findings"] == []
