"""Whatever lies in a repository: a clear finding or error, the right exit code, and the rest is still judged."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from tests.cli_helper import flyway, goose, indexes, makes
from tests.forked_helper import avion_lint, judged
from tests.git_helper import make_repo

FOLDER = "db/migrations"
LAST = f"{FOLDER}/00003_index.sql"
BAD = f"{FOLDER}/00002_bad.sql"
JUDGED = ("LK101", LAST, 5)
KIB = 1024


@pytest.fixture
def repo(tmp_path):
    """A repository with one applied migration, and one beside the bad ones that must be judged whatever they are."""
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{FOLDER}/00001_users.sql": makes("users")})
    repo.write(LAST, indexes("users", "name"))
    return repo


def bad(repo, content, *options, path=BAD):
    """Judge with a bad file; the other one is judged as if nothing were. Gives what is found of the bad one."""
    repo.write(path, content)
    run = judged(*options, cwd=repo.path)
    assert JUDGED in run.found
    return [finding for finding in run.report["findings"] if finding["path"] == path]


def only(findings):
    (finding,) = findings
    return finding


# --- bytes


def test_a_file_that_is_not_utf8_is_told_with_the_line(repo):
    finding = only(bad(repo, goose("CREATE TABLE t (id int); -- caf\xe9").encode("latin-1")))

    assert (finding["id"], finding["level"]) == ("AV102", "error")
    assert finding["message"] == (
        "The file is not UTF-8: line 4 has the byte 0xE9 (at offset 78); nothing in it was checked."
    )
    assert finding["remedy"] == "Save the file as UTF-8."


def test_alone_a_file_that_cannot_be_read_ends_with_3(repo):
    repo.write(BAD, b"\xff\xfe-\0-\0")
    (repo.path / LAST).unlink()

    run = judged(cwd=repo.path)

    assert (run.found, run.code) == ([("AV102", BAD, 1)], 3)
    assert judged("--staged", cwd=repo.path).code == 0, "it is not staged"
    repo.git("add", "--all")
    assert judged("--staged", cwd=repo.path).code == 3


def test_goose_stops_at_a_byte_order_mark_and_flyway_does_not(repo):
    finding = only(bad(repo, "\ufeff" + makes("t")))
    assert finding["id"] == "MG104"
    assert "byte order mark" in finding["message"]

    repo.write("flyway/V1__a.sql", "\ufeff" + flyway("CREATE TABLE a (id bigint PRIMARY KEY);"))
    repo.write("flyway/V2__b.sql", "\ufeff" + flyway("CREATE TABEL b (id bigint);"))
    found = judged("flyway", cwd=repo.path).found
    assert found == [("AV101", "flyway/V2__b.sql", 3)]


def test_nul_bytes_are_told_where_they_are(repo):
    findings = bad(repo, goose("CREATE TABLE t (id int);\nSELECT 1 \0;", "DROP TABLE t;"))

    assert [(finding["id"], finding["line"], finding["column"]) for finding in findings] == [("AV101", 5, 10)]
    assert "NUL" in findings[0]["message"]


def test_an_empty_file_is_no_migration_for_goose(repo):
    assert "MG101" in [finding["id"] for finding in bad(repo, "")]
    assert "MG101" in [finding["id"] for finding in bad(repo, " \n\n")]


def test_a_file_of_50_mb_is_told_and_not_read(repo):
    line = b"-- " + b"x" * (KIB - 4) + b"\n"
    begun = time.monotonic()
    finding = only(bad(repo, goose("SELECT 1;").encode() + line * 50 * KIB))

    assert (finding["id"], finding["line"]) == ("AV102", 1)
    assert finding["message"].startswith("The file is 50 MiB large, and 10 MiB are the most that is read")
    assert time.monotonic() - begun < 20


# --- what is no file


@pytest.mark.parametrize("staged", [(), ("--staged",)])
def test_a_link_in_a_circle_out_of_the_repository_or_to_nothing_is_told_and_not_followed(repo, tmp_path, staged):
    outside = tmp_path / "outside.sql"
    outside.write_text(makes("secret"))
    for target in (Path(BAD).name, outside, "../../../outside.sql", "gone.sql"):
        (repo.path / BAD).unlink(missing_ok=True)
        (repo.path / BAD).symlink_to(target)
        repo.git("add", "--all")
        run = judged(*staged, cwd=repo.path)
        assert JUDGED in run.found
        assert run.of("AV102")["path"] == BAD
        assert "is a link" in run.of("AV102")["message"]
        assert "secret" not in run.out


@pytest.mark.parametrize("staged", [(), ("--staged",)])
def test_a_link_to_another_migration_is_read(repo, staged):
    repo.write("shared/a.sql", indexes("users", "email"))
    (repo.path / BAD).symlink_to("../../shared/a.sql")
    repo.git("add", "--all")

    assert ("LK101", BAD, 5) in judged(*staged, cwd=repo.path).found


def test_a_link_out_of_the_repository_that_is_named_is_told(repo, tmp_path):
    (tmp_path / "outside.sql").write_text(makes("secret"))
    (repo.path / BAD).symlink_to(tmp_path / "outside.sql")

    assert judged(BAD, cwd=repo.path).found == [("AV102", BAD, 1)]
    assert judged("00002_bad.sql", cwd=repo.path / FOLDER).found == [("AV102", BAD, 1)]


def test_a_linked_folder_is_not_entered(repo, tmp_path):
    shutil.copytree(repo.path / FOLDER, tmp_path / "elsewhere")
    (repo.path / "more").symlink_to(tmp_path / "elsewhere")
    (repo.path / "circle").symlink_to(".")

    repo.write(BAD, makes("t"))

    assert judged(cwd=repo.path).found == [JUDGED]
    assert judged("--no-git", cwd=repo.path).report["summary"]["services"] == 1


@pytest.mark.parametrize("staged", [(), ("--staged",)])
def test_a_folder_named_like_a_migration_is_told_because_goose_stops_at_it(repo, staged):
    repo.write(f"{BAD}/readme.txt", "a folder")
    repo.git("add", "--all")

    run = judged(*staged, cwd=repo.path)

    assert run.found == [("AV102", BAD, 1), JUDGED]
    assert "is a folder" in run.of("AV102")["message"]


def test_flyway_looks_into_a_folder_whatever_its_name(repo):
    repo.write("flyway/V1__a.sql", flyway("CREATE TABLE a (id bigint PRIMARY KEY);"))
    repo.write("flyway/2_b.sql/V2__b.sql", flyway("CREATE TABEL b (id bigint);"))

    assert judged("flyway", cwd=repo.path).found == [("AV101", "flyway/2_b.sql/V2__b.sql", 3)]


def test_a_pipe_is_no_migration_and_nobody_waits_for_it(repo):
    os.mkfifo(repo.path / BAD)

    assert JUDGED in judged(cwd=repo.path).found, "git does not see it either"
    run = judged("--no-git", cwd=repo.path)
    assert JUDGED in run.found
    assert "is no regular file" in run.of("AV102")["message"]


def test_a_file_without_permission_is_told(repo):
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    repo.write(BAD, makes("t"))
    (repo.path / BAD).chmod(0)

    run = judged(cwd=repo.path)

    assert run.found == [("AV102", BAD, 1), JUDGED]
    assert "permission" in run.of("AV102")["message"]


def test_an_applied_migration_that_cannot_be_read_is_told_and_passes(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({BAD: goose("SELECT 'é';").encode("latin-1"), f"{FOLDER}/00001_users.sql": makes("users")})
    repo.write(LAST, makes("fine"))

    run = judged(cwd=repo.path)

    assert (run.found, run.code) == ([], 0)
    (unchecked,) = run.report["unchecked"]
    assert unchecked["path"] == BAD
    assert "what it made is not known" in unchecked["why"]
    assert judged("--all", cwd=repo.path).code == 3


# --- names


FORMATS = ("text", "json", "github", "sarif", "junit", "gitlab", "markdown")
ODD_NAMES = ("00002_a b.sql", "00004_a\nb\tc.sql", "00005_größe_🚀.sql", "00006_'\"`$(x);&.sql", "00007_-x.sql")


def test_whatever_a_file_is_called_it_is_judged_and_named(repo):
    paths = [f"{FOLDER}/{name}" for name in ODD_NAMES]
    for path, column in zip(paths, "abcde", strict=True):
        repo.write(path, indexes("users", column))
    found = [(id_, path) for id_, path, line in judged(cwd=repo.path).found]
    assert found == [("LK101", path) for path in sorted([*paths, LAST])]

    for form in FORMATS:
        assert avion_lint("--format", form, cwd=repo.path).out.count("LK101") >= len(found)
    repo.git("add", "--all")
    assert [(id_, path) for id_, path, _ in judged("--staged", cwd=repo.path).found] == found
    assert judged(*paths[1:3], cwd=repo.path).found == [("LK101", path, 5) for path in paths[1:3]]


def test_a_name_that_is_not_utf8_is_judged_and_can_be_reported(repo):
    name = os.fsdecode(b"00002_caf\xe9.sql")
    repo.write(f"{FOLDER}/{name}", indexes("users", "email"))

    runs = {form: avion_lint("--format", form, cwd=repo.path) for form in FORMATS}
    assert {run.code for run in runs.values()} == {1}
    assert all("00002_caf" in run.out for run in runs.values())
    assert [path for _, path, _ in runs["json"].found] == [f"{FOLDER}/00002_caf\udce9.sql", LAST]


def test_a_path_that_begins_like_an_option_can_be_given(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({"-m/00001_users.sql": makes("users")})
    repo.write("-m/00002_index.sql", indexes("users", "name"))

    assert judged("--", "-m", cwd=repo.path).found == [("LK101", "-m/00002_index.sql", 5)]


# --- SQL


def test_nesting_100_000_deep_is_told_where_the_parser_gave_up(repo):
    deep = "SELECT " + "(" * 100_000 + "1" + ")" * 100_000 + ";"
    finding = only(bad(repo, goose(deep, "SELECT 1;")))

    assert (finding["id"], finding["line"]) == ("AV101", 4)


def test_other_nesting_is_survived(repo):
    deep = ("NOT " * 50_000, "- " * 50_000, "CASE WHEN true THEN " * 20_000, "ARRAY[" * 20_000)
    up = "\n".join(f"SELECT {nested}1;" for nested in deep)

    assert [f["line"] for f in bad(repo, goose(up, "SELECT 1;")) if f["id"] == "AV101"] == [4, 5, 6, 7]


def test_a_syntax_error_in_up_is_told_and_the_rest_of_the_file_is_judged(repo):
    up = "CREATE TABLE t (id bigint PRIMARY KEY);\nCREATE TABEL x (id int);\nDROP TABLE users;"
    findings = bad(repo, goose(up, "DROP TABLE t;"))

    error = next(finding for finding in findings if finding["id"] == "AV101")
    assert (error["line"], error["column"]) == (5, 8)
    assert 'syntax error at or near "TABEL"' in error["message"]
    assert "up section" in error["message"]
    assert ("CO101", 6) in [(finding["id"], finding["line"]) for finding in findings]


def test_a_syntax_error_in_down_is_told_and_up_is_judged(repo):
    findings = bad(repo, indexes("users", "email").replace("DROP INDEX", "DORP INDEX"))

    assert [(finding["id"], finding["line"]) for finding in findings if finding["id"] in ("AV101", "LK101")] == [
        ("LK101", 5),
        ("AV101", 7),
    ]
    assert "down section" in next(finding["message"] for finding in findings if finding["id"] == "AV101")


def test_commands_of_psql_are_told_for_what_they_are(repo):
    finding = bad(repo, goose("\\set ON_ERROR_STOP on\nSELECT 1;", "SELECT 1;"))[0]

    assert (finding["id"], finding["line"]) == ("AV101", 4)
    assert "command of psql" in finding["message"]


COPIED = "COPY users (id) FROM STDIN;\n1\n2\n\\.\nCREATE INDEX users_x_idx ON users (a);"


def test_rows_after_copy_are_sql_to_goose_and_rows_to_flyway(repo):
    finding = bad(repo, goose(COPIED, "SELECT 1;"))[0]
    assert (finding["id"], finding["line"]) == ("AV101", 5)
    assert "rows" in finding["message"]
    assert "INSERT" in finding["remedy"]

    repo.write("flyway/V1__users.sql", flyway("CREATE TABLE users (id bigint PRIMARY KEY, a int);"))
    repo.write("flyway/V2__copy.sql", flyway(COPIED))
    found = judged("--no-git", "flyway", cwd=repo.path).found
    assert "AV101" not in [id_ for id_, _, _ in found]
    assert ("LK101", "flyway/V2__copy.sql", 7) in found


def test_a_file_of_nothing_but_quotes_and_one_of_thousands_of_statements_are_survived(repo):
    torn = ("'" * 9999, "$$" * 999 + "$", "/*" * 9999, '"', "E'\\", "-- +goose StatementBegin\n" * 999)
    paths = [f"{FOLDER}/0000{number}_torn.sql" for number in range(4, 4 + len(torn))]
    for path, text in zip(paths, torn, strict=True):
        repo.write(path, goose(text, "SELECT 1;"))
    repo.write(BAD, goose("SELECT 1;\n" * 5_000, "SELECT 1;"))

    run = judged(cwd=repo.path)

    errors = {finding["path"] for finding in run.report["findings"] if finding["level"] == "error"}
    assert errors == {*paths, LAST}


# --- settings


def test_settings_that_are_not_utf8_or_a_folder_end_with_2(repo):
    repo.write("avion-lint.yaml", b"rules: {}\n# caf\xe9\n")
    run = avion_lint(cwd=repo.path)
    assert run.code == 2
    assert "avion-lint.yaml is not UTF-8: line 2" in run.err

    (repo.path / "avion-lint.yaml").unlink()
    (repo.path / "avion-lint.yaml").mkdir()
    run = avion_lint(cwd=repo.path)
    assert run.code == 2
    assert "is a folder" in run.err


@pytest.mark.parametrize(
    "text",
    ["rules: [\n", "\t- x\n", "a: 1\na: 2\n", "? [a]\n: b\n", "--- 1\n--- 2\n", "!!python/object:os.system x\n", "\0"],
)
def test_settings_that_are_not_yaml_end_with_2_and_their_place(repo, text):
    repo.write("avion-lint.yaml", text)

    run = avion_lint(cwd=repo.path)

    assert run.code == 2
    assert run.err.startswith("avion-lint.yaml:")


def test_aliases_that_explode_end_with_2_at_once(repo):
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    repo.write("avion-lint.yaml", bomb)
    begun = time.monotonic()

    run = avion_lint(cwd=repo.path)

    assert run.code == 2
    assert time.monotonic() - begun < 10
    assert len(run.err) < 10_000


def test_nested_settings_end_with_2(repo):
    repo.write("avion-lint.yaml", "rules: " + "[" * 20_000)
    assert avion_lint(cwd=repo.path).code == 2
    repo.write("avion-lint.yaml", "rules: " + "{a: " * 5_000)
    assert avion_lint(cwd=repo.path).code == 2


# --- nothing to judge, and git that cannot tell


def test_a_repository_without_migrations_does_not_pass(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({"a.txt": "a\n", "query.sql": "SELECT 1;\n"})

    run = avion_lint(cwd=repo.path)

    assert run.code == 3
    assert "there are no goose or Flyway migrations, so nothing was checked" in run.out
    assert "services:" in run.out
    for form in ("json", "sarif", "github", "gitlab", "junit"):
        each = avion_lint("--format", form, cwd=repo.path)
        assert each.code == 3
        assert "no goose or Flyway migrations" in each.out
    assert avion_lint("--all", cwd=repo.path).code == 3
    assert avion_lint("--no-git", cwd=repo.path).code == 3
    assert avion_lint("baseline", cwd=repo.path).code == 3
    staged = avion_lint("--staged", cwd=repo.path)
    assert staged.code == 0, "a hook runs before the first migration is written, too"
    assert "nothing was checked" in staged.out


def test_migrations_of_another_tool_are_named_and_do_not_pass_for_judged(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({"db/migrations/001_a.up.sql": "SELECT 1;\n", "db/migrations/001_a.down.sql": "SELECT 1;\n"})

    run = judged(cwd=repo.path)

    assert run.code == 3
    assert "golang-migrate" in json.dumps(run.report["unchecked"])


def break_head(repo):
    (repo.path / ".git" / "HEAD").write_text("garbage\n")


def lose_objects(repo):
    shutil.rmtree(repo.path / ".git" / "objects")
    (repo.path / ".git" / "objects").mkdir()


def lose_head(repo):
    (repo.path / ".git" / "refs" / "heads" / "main").write_text("0" * 39 + "1\n")


def break_index(repo):
    (repo.path / ".git" / "index").write_bytes(b"DIRC garbage")


def break_configuration(repo):
    (repo.path / ".git" / "config").write_text("[core\n")


def empty_git_folder(repo):
    shutil.rmtree(repo.path / ".git")
    (repo.path / ".git").mkdir()


def lead_git_file_nowhere(repo):
    shutil.rmtree(repo.path / ".git")
    (repo.path / ".git").write_text("gitdir: /nowhere\n")


@pytest.mark.parametrize(
    "damage",
    [break_head, lose_objects, lose_head, break_index, break_configuration, empty_git_folder, lead_git_file_nowhere],
)
def test_a_broken_repository_is_never_taken_for_none(repo, damage):
    damage(repo)

    run = judged(cwd=repo.path)

    assert run.code == 3
    assert run.found == [("AV104", ".", 1)]
    assert str(repo.path) in run.of("AV104")["message"]
    assert run.of("AV104")["remedy"]


def test_a_broken_repository_is_told_in_every_way_of_judging(repo):
    break_head(repo)

    assert [avion_lint(option, cwd=repo.path).code for option in ("--staged", "--all", "--base=main")] == [3, 3, 3]
    assert avion_lint("baseline", cwd=repo.path).code == 3
    assert avion_lint("--no-git", cwd=repo.path).code == 1, "without git it can still be judged"


def test_a_lost_object_of_an_applied_migration_is_told(repo):
    repo.write(f"{FOLDER}/00001_users.sql", makes("others"))
    blob = repo.git("rev-parse", f"main:{FOLDER}/00001_users.sql")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()

    run = judged(cwd=repo.path)

    assert (run.found, run.code) == ([("AV104", ".", 1)], 3)
    assert blob in run.of("AV104")["message"]


def test_a_bare_repository_has_nothing_to_judge(repo, tmp_path):
    bare = repo.clone(tmp_path / "bare.git", "--bare")

    run = judged(cwd=bare.path)

    assert run.code == 3
    assert "bare" in run.of("AV104")["message"]


def test_a_merge_that_is_not_decided_is_told(repo):
    repo.branch("one")
    repo.commit({BAD: makes("one")})
    repo.git("checkout", "--quiet", "-b", "two", "main")
    repo.commit({BAD: makes("two")})
    repo.git("merge", "one", check=False)

    run = judged("--staged", cwd=repo.path)

    assert run.code == 1
    assert run.of("AV104")["path"] == BAD
    assert "resolve the conflict" in run.of("AV104")["remedy"].lower()
    assert judged(cwd=repo.path).of("MG104")["path"] == BAD, "goose would stop between the marks of the conflict"
