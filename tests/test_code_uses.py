"""The application's code is asked for names that a migration takes away: real repositories, git grep."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from avion_lint.git import find_repository
from avion_lint.git.grep import grep
from tests.cli_helper import goose
from tests.forked_helper import avion_lint, judged
from tests.git_helper import Repo, isolate, make_repo

TABLE = goose(
    "CREATE TABLE users (id bigint PRIMARY KEY, legacy text, legacy_name text, note text);\n"
    "CREATE VIEW active AS SELECT id FROM users;",
    "DROP TABLE users;",
)
TIMEOUT = "SET LOCAL lock_timeout = '3s';\n"


@pytest.fixture(autouse=True)
def _only_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, monkeypatch)


def repo_of(tmp_path: Path, code: dict[str, str], drop: str, *, settings: str = "") -> Repo:
    """A table with code that uses it, on main and in a release, and a branch that takes something away."""
    repo = make_repo(tmp_path / "repo")
    repo.commit({"m/00001_a.sql": TABLE, **code, **({"avion-lint.yaml": settings} if settings else {})})
    repo.branch("feature")
    repo.commit({"m/00002_b.sql": goose(f"{TIMEOUT}{drop}", "SELECT 1;")})
    return repo


def related(repo: Repo, rule: str) -> list[tuple[str, int, str]]:
    finding = judged("--select", "CO", cwd=repo.path).of(rule)
    return [(each["path"], each["line"], each["message"]) for each in finding.get("related", ())]


COLUMN = "ALTER TABLE users DROP COLUMN legacy;"


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("store/users.go", "package store\nconst q = `SELECT id, legacy FROM users WHERE id = $1`\n", 2),
        ("query/users.sql", "-- name: GetUser :one\nSELECT id,\n  legacy\nFROM users;\n", 3),
        ("app/models/user.rb", "class User < ApplicationRecord\n  validates :legacy\nend\n", 2),
        ("src/User.java", '@Table(name = "users")\nclass User {\n  @Column(name = "legacy") String old;\n}\n', 3),
        ("models.py", 'class User(Base):\n    __tablename__ = "users"\n    legacy = Column(String)\n', 3),
        ("größe/users.py", 'x = "SELECT legacy FROM users"  # ä\n', 1),
    ],
)
def test_a_column_is_found_where_its_table_is_in_sight(tmp_path: Path, path: str, text: str, line: int) -> None:
    repo = repo_of(tmp_path, {path: text}, COLUMN)

    assert related(repo, "CO102") == [(path, line, "legacy stands here in main")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("legacy/orders.go", 'const q = "SELECT legacy FROM orders"\n'),
        ("store/users.go", 'const q = "SELECT legacy_name, xlegacy, legacyx FROM users"\n'),
        ("far.go", "legacy := 1\n" + "\n" * 60 + 'q := "SELECT 1 FROM users"\n'),
        ("README.md", "users have a legacy column\n"),
        ("vendor/x/users.go", 'const q = "SELECT legacy FROM users"\n'),
        ("m/notes.go", "package m // users legacy\n"),
        ("data.bin", "users legacy\0\n"),
    ],
)
def test_other_words_other_tables_prose_and_migrations_are_no_use(tmp_path: Path, path: str, text: str) -> None:
    assert related(repo_of(tmp_path, {path: text}, COLUMN), "CO102") == []


def test_a_name_of_several_words_is_known_in_the_conventions_of_models(tmp_path: Path) -> None:
    code = {
        "user.go": "type User struct {\n\tLegacyName string\n}\n",
        "user.kt": "class User(val legacyName: String)\n",
    }
    repo = repo_of(tmp_path, code, "ALTER TABLE users DROP COLUMN legacy_name;")

    assert [(path, line) for path, line, _ in related(repo, "CO102")] == [("user.go", 2), ("user.kt", 1)]


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ('q := "SELECT 1 FROM users u"', True),
        ('q := "insert into public.users (id) values (1)"', True),
        ('__tablename__ = "users"', True),
        ("create_table :users", True),
        ("// all users are welcome", False),
        ("for user in users {", False),
        ('q := "SELECT 1 FROM users_old"', False),
    ],
)
def test_a_table_is_found_in_sql_and_as_a_string_and_not_in_prose(tmp_path: Path, text: str, used: bool) -> None:
    repo = repo_of(tmp_path, {"a.go": f"{text}\n"}, "DROP TABLE users CASCADE;")

    assert bool([each for each in related(repo, "CO101") if each[0] == "a.go"]) is used


def test_renames_and_dropped_views_are_asked_for_too(tmp_path: Path) -> None:
    code = {"a.go": 'q := "SELECT note FROM users JOIN active USING (id)"\n'}

    assert related(repo_of(tmp_path / "1", code, "ALTER TABLE users RENAME note TO memo;"), "CO105")[0][:2] == (
        "a.go",
        1,
    )
    assert related(repo_of(tmp_path / "2", code, "ALTER TABLE users RENAME TO people;"), "CO104")[0][:2] == ("a.go", 1)
    assert related(repo_of(tmp_path / "3", code, "DROP VIEW active;"), "CO103")[0][:2] == ("a.go", 1)


def test_a_required_column_shows_the_inserts_of_its_table(tmp_path: Path) -> None:
    code = {"a.go": 'q := "INSERT INTO users (id) VALUES ($1)"\nr := "SELECT 1 FROM users"\n'}
    repo = repo_of(tmp_path, code, "ALTER TABLE users ADD COLUMN must text NOT NULL;")

    assert related(repo, "CO110") == [("a.go", 1, "users stands here in main")]


def test_the_release_that_still_runs_is_asked_although_main_is_clean(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    code = 'q := "SELECT legacy FROM users"\n'
    repo.commit({"m/00001_a.sql": TABLE, "a.go": code, "b.go": code})
    repo.git("tag", "v1.9")
    repo.git("tag", "v1.10")
    repo.commit({"a.go": "package a\n"})
    repo.branch("feature")
    repo.commit({"m/00002_b.sql": goose(f"{TIMEOUT}{COLUMN}", "SELECT 1;"), "b.go": "package b\n"})

    assert related(repo, "CO102") == [
        ("a.go", 1, "legacy stands here in v1.10"),
        ("b.go", 1, "legacy stands here in main and v1.10"),
    ]


@pytest.mark.parametrize(("settings", "found"), [("code: {search: false}\n", 0), ("code: {releases: 0}\n", 1)])
def test_the_search_can_be_turned_off(tmp_path: Path, settings: str, found: int) -> None:
    code = {"a.go": 'q := "SELECT legacy FROM users"\n'}

    assert len(related(repo_of(tmp_path, code, COLUMN, settings=settings), "CO102")) == found


def test_no_more_than_a_few_places_are_shown_and_tests_come_last(tmp_path: Path) -> None:
    code = {f"{name}.go": 'q := "SELECT legacy FROM users"\n' for name in ("a_test", "b", "c", "d", "e", "f", "g")}
    places = related(repo_of(tmp_path, code, COLUMN), "CO102")

    assert [path for path, _, _ in places] == ["b.go", "c.go", "d.go", "e.go", "f.go", "g.go"]
    assert places[-1][2].startswith("… and in 2 more places")


def test_nothing_that_the_repository_configures_is_run(tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    repo = repo_of(
        tmp_path, {"a.go": 'q := "SELECT legacy FROM users"\n', ".gitattributes": "*.go diff=evil\n"}, COLUMN
    )
    for setting in (
        "diff.evil.textconv",
        "diff.evil.command",
        "diff.external",
        "core.pager",
        "core.fsmonitor",
        "pager.grep",
    ):
        repo.git("config", setting, f"touch {sprung}; cat")
    repo.git("config", "grep.patternType", "perl")
    repo.git("config", "grep.column", "true")
    repo.git("config", "color.ui", "always")

    assert [path for path, _, _ in related(repo, "CO102")] == ["a.go"]
    assert not sprung.exists()


def test_one_git_process_a_commit_is_enough(tmp_path: Path) -> None:
    repo = repo_of(
        tmp_path, {"a.go": 'q := "SELECT legacy, note FROM users"\n'}, f"{COLUMN}\nALTER TABLE users DROP COLUMN note;"
    )
    repo.git("tag", "v1", "main~0")
    repo.checkout("main")
    repo.commit({"b.go": "package b\n"})
    repo.checkout("feature")
    trace, settings = tmp_path / "trace", tmp_path / "gitconfig"
    settings.write_text(f"[trace2]\n\teventTarget = {trace}\n")

    avion_lint("--select", "CO", cwd=repo.path, GIT_CONFIG_GLOBAL=str(settings))

    events = [json.loads(line) for line in trace.read_text().splitlines()]
    started = [each["argv"] for each in events if each["event"] == "start"]
    asked = [argv[argv.index("--") - 1] for argv in started if "grep" in argv]
    assert sorted(asked) == sorted(repo.git("rev-parse", name) for name in ("main", "v1"))


def test_a_partial_clone_says_which_code_was_not_asked(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, {"a.go": 'q := "SELECT legacy FROM users"\n'}, COLUMN)
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("tag", "v1", "main")
    repo.checkout("main")
    repo.commit({"a.go": "package a\n"})
    repo.checkout("feature")
    repo.git("rebase", "-q", "main")
    clone = repo.clone(tmp_path / "clone", "--filter=blob:none", file_url=True)

    run = judged("--select", "CO", "--base", "origin/main", cwd=clone.path)

    assert [each["id"] for each in run.report["findings"]] == ["CO102"]
    (entry,) = (each for each in run.report["unchecked"] if "code of" in each["why"])
    assert "whether the code of v1 uses legacy:" in entry["why"]
    assert "partial clone" in entry["why"]


def test_a_shallow_clone_without_tags_says_that_no_release_was_asked(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, {"a.go": 'q := "SELECT legacy FROM users"\n'}, COLUMN)
    repo.git("tag", "v1", "main")
    repo.checkout("main")
    repo.commit({"a.go": "package a\n"})
    clone = repo.clone(tmp_path / "clone", "--depth=1", file_url=True)
    clone.git("tag", "-d", "v1", check=False)
    clone.write("m/00002_b.sql", goose(f"{TIMEOUT}{COLUMN}", "SELECT 1;"))

    run = judged("--select", "CO102", cwd=clone.path)

    (entry,) = (each for each in run.report["unchecked"] if "code of" in each["why"])
    assert "the last release uses legacy: this shallow clone has no tag of a release" in entry["why"]


@pytest.mark.parametrize(
    ("rule", "up", "name"),
    [
        ("CO107", "ALTER TABLE users RENAME COLUMN legacy TO legacy_deprecated;", "legacy"),
        ("CO117", "ALTER TABLE users ALTER COLUMN legacy SET NOT NULL;", "legacy"),
        ("CO118", "ALTER TABLE users ALTER COLUMN legacy TYPE varchar(5);", "legacy"),
        ("CO112", "ALTER TABLE users ENABLE ROW LEVEL SECURITY;", "users"),
    ],
)
def test_what_narrows_or_hides_something_shows_who_uses_it(tmp_path: Path, rule: str, up: str, name: str) -> None:
    repo = repo_of(tmp_path, {"a.go": 'q := "SELECT legacy FROM users"\n'}, up)

    assert related(repo, rule)[-1] == ("a.go", 1, f"{name} stands here in main")


def test_a_very_long_answer_is_cut_and_long_lines_are_left_out(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    commit = repo.commit({"a.txt": "word\n" * 900_000, "b.js": "word " * 1000 + "\n", "-e.txt": "word\n"})

    hits = grep(find_repository(repo.path), commit, ["word"], [])

    assert 50_000 < len(hits) < 900_000
    assert {hit.path for hit in hits} <= {"a.txt", "-e.txt"}
    assert grep(find_repository(repo.path), commit, ["nothing", "-f/etc/passwd", "--help"], []) == ()
