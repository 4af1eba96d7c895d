"""`avion-lint fix` in real repositories: what is written, what is left alone, and what the exit code says."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from avion_lint.cli.rewrite import RewriteError, rewrite
from avion_lint.finding import Edit
from avion_lint.judgement.mend import edited
from avion_lint.source import Document, Place, Span
from tests.forked_helper import avion_lint

TABLE = """\
-- Author: Ada
-- Date: 2026-01-31
-- +goose Up
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- +goose Down
DROP TABLE users;
"""
INDEX = """\
-- Author: Ada
-- Date: 2026-02-01

-- +goose Up
-- the näme 😀
ALTER TABLE users ADD COLUMN name text;

-- find by name
CREATE INDEX users_name_idx ON users (name);

-- +goose Down
DROP INDEX users_name_idx;
ALTER TABLE users DROP COLUMN name;
"""
APART = """\
-- Author: Ada
-- Date: 2026-02-01

-- +goose NO TRANSACTION
-- +goose Up
DROP INDEX CONCURRENTLY IF EXISTS users_name_idx;
-- find by name
CREATE INDEX CONCURRENTLY users_name_idx ON users (name);

-- +goose Down
DROP INDEX CONCURRENTLY IF EXISTS users_name_idx;
"""
KEPT = """\
-- Author: Ada
-- Date: 2026-02-01

-- +goose Up
SET LOCAL lock_timeout = '3s';
-- the näme 😀
ALTER TABLE users ADD COLUMN name text;

-- +goose Down
ALTER TABLE users DROP COLUMN name;
"""


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose branch adds 00002 to the 00001 of main."""
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "user.email", "ada@example.org")
    git(tmp_path, "config", "user.name", "Ada")
    folder = tmp_path / "db"
    folder.mkdir()
    (folder / "00001_users.sql").write_text(TABLE, encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "users")
    git(tmp_path, "checkout", "-q", "-b", "name")
    (folder / "00002_name.sql").write_bytes(INDEX.encode())
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "db").iterdir())}


def test_a_file_is_split_with_its_comments_its_header_and_its_way_back(repository: Path):
    done = avion_lint("fix", cwd=repository)

    assert done.code == 0, done.err
    assert files(repository) == {
        "00001_users.sql": TABLE.encode(),
        "00002_name.sql": KEPT.encode(),
        "00003_index_users_name.sql": APART.encode(),
    }


def test_a_second_run_changes_nothing(repository: Path):
    avion_lint("fix", cwd=repository)
    before = files(repository)

    assert avion_lint("fix", "--diff", cwd=repository).out == ""
    assert avion_lint("fix", cwd=repository).code == 0
    assert files(repository) == before


def test_line_ends_and_mode_stay(repository: Path):
    path = repository / "db" / "00002_name.sql"
    path.write_bytes(INDEX.replace("\n", "\r\n").encode())
    path.chmod(0o755)

    assert avion_lint("fix", cwd=repository).code == 0
    assert path.read_bytes() == KEPT.replace("\n", "\r\n").encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    assert (repository / "db" / "00003_index_users_name.sql").read_bytes() == APART.replace("\n", "\r\n").encode()


def test_a_byte_order_mark_stays_where_flyway_reads_over_it_and_goes_where_goose_refuses_it(repository: Path):
    mark = b"\xef\xbb\xbf"
    folder = repository / "flyway" / "db" / "migration"
    folder.mkdir(parents=True)
    (folder / "V1__users.sql").write_bytes(b"CREATE TABLE users (id bigint PRIMARY KEY);\n")
    git(repository, "add", "flyway")
    git(repository, "stash", "-q", "--", "flyway")
    git(repository, "checkout", "-q", "main")
    git(repository, "stash", "pop", "-q")
    git(repository, "commit", "-q", "-m", "flyway", "--", "flyway")
    git(repository, "checkout", "-q", "-b", "more")
    head = b"-- Author: Ada\r\n-- Date: 2026-02-01\r\n"
    (folder / "V2__name.sql").write_bytes(mark + head + b"ALTER TABLE users ADD COLUMN name text;\r\n")
    path = repository / "db" / "00002_name.sql"
    path.write_bytes(mark + INDEX.encode())

    avion_lint("fix", cwd=repository)

    limit = b"SET LOCAL lock_timeout = '3s';\r\n"
    assert (
        folder / "V2__name.sql"
    ).read_bytes() == mark + head + limit + b"ALTER TABLE users ADD COLUMN name text;\r\n"
    assert path.read_bytes() == KEPT.encode()


def test_a_diff_changes_nothing_and_is_one_that_git_applies(repository: Path):
    before = files(repository)
    shown = avion_lint("fix", "--diff", cwd=repository)

    assert shown.code == 1
    assert files(repository) == before
    subprocess.run(["git", "apply", "-"], input=shown.out.encode(), check=True, cwd=repository)
    assert files(repository)["00002_name.sql"] == KEPT.encode()
    assert files(repository)["00003_index_users_name.sql"] == APART.encode()


def test_lint_with_fix_reports_what_is_left(repository: Path):
    done = avion_lint("--fix", cwd=repository)

    assert done.code == 0
    assert files(repository)["00002_name.sql"] == KEPT.encode()
    assert "no findings" in done.out or "2 judged" in done.out


def test_what_is_on_the_base_branch_is_never_changed(repository: Path):
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "name")
    git(repository, "checkout", "-q", "main")
    git(repository, "merge", "-q", "name")
    before = files(repository)

    assert avion_lint("fix", "--unsafe-fixes", cwd=repository).code == 0
    assert files(repository) == before


def test_an_applied_file_that_was_edited_is_not_changed_further(repository: Path):
    path = repository / "db" / "00001_users.sql"
    path.write_text(TABLE.replace("-- +goose Down\nDROP TABLE users;\n", ""), encoding="utf-8")
    before = path.read_bytes()

    avion_lint("fix", "--unsafe-fixes", cwd=repository)

    assert path.read_bytes() == before


@pytest.mark.parametrize("paths", [(), ("db",)])
def test_without_git_nothing_is_changed_unless_it_is_named(repository: Path, paths: tuple[str, ...]):
    before = files(repository)
    done = avion_lint("fix", "--no-git", *paths, cwd=repository)

    assert files(repository) == before
    assert "cannot be told without git" in done.err


def test_without_git_a_file_that_is_named_is_mended(repository: Path):
    avion_lint("fix", "--no-git", "db/00002_name.sql", cwd=repository)

    assert files(repository)["00003_index_users_name.sql"] == APART.encode()
    assert files(repository)["00001_users.sql"] == TABLE.encode()


def test_nothing_is_written_through_a_link(repository: Path, tmp_path_factory: pytest.TempPathFactory):
    outside = tmp_path_factory.mktemp("outside") / "real.sql"
    path = repository / "db" / "00002_name.sql"
    inside = repository / "kept.txt"
    inside.write_bytes(path.read_bytes())
    outside.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(inside)

    done = avion_lint("fix", cwd=repository)

    assert inside.read_bytes() == INDEX.encode()
    assert done.code == 3
    assert "is a link" in done.err


def test_a_new_name_that_is_taken_stops_everything(tmp_path: Path):
    (tmp_path / "a.sql").write_text("old\n", encoding="utf-8")
    (tmp_path / "b.sql").write_text("there\n", encoding="utf-8")

    with pytest.raises(RewriteError, match=r"b\.sql is there already"):
        rewrite(tmp_path, {"a.sql": "new\n", "b.sql": "new\n"}, {"a.sql": "old\n"})

    assert (tmp_path / "a.sql").read_text(encoding="utf-8") == "old\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.sql", "b.sql"]


def test_a_file_that_has_changed_meanwhile_is_not_written_over(tmp_path: Path):
    (tmp_path / "a.sql").write_text("newer\n", encoding="utf-8")

    with pytest.raises(RewriteError, match="has changed since it was read"):
        rewrite(tmp_path, {"a.sql": "new\n"}, {"a.sql": "old\n"})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_leaves_everything_as_it_was(repository: Path):
    (repository / "db").chmod(0o555)
    try:
        assert avion_lint("fix", cwd=repository).code == 3
    finally:
        (repository / "db").chmod(0o755)
    assert files(repository).keys() == {"00001_users.sql", "00002_name.sql"}


@pytest.mark.parametrize("path", ["../a.sql", "/etc/a.sql"])
def test_nothing_outside_of_the_root_is_written(tmp_path: Path, path: str):
    with pytest.raises(RewriteError, match="outside of the work tree"):
        rewrite(tmp_path, {path: "x"}, {})


def test_unsafe_fixes_are_only_made_when_they_are_asked_for(repository: Path):
    path = repository / "db" / "00002_name.sql"
    path.write_text(
        "-- Author: Ada\n-- Date: 2026-02-01\n-- +goose Up\nCREATE TABLE roles (id int);\n", encoding="utf-8"
    )
    before = path.read_bytes()

    told = avion_lint("fix", cwd=repository)
    assert told.code == 1
    assert "--unsafe-fixes" in told.err
    assert path.read_bytes() == before
    assert avion_lint("fix", "--unsafe-fixes", cwd=repository).code == 0
    assert path.read_text(encoding="utf-8").endswith("-- +goose Down\nDROP TABLE roles;\n")


def test_a_suppressed_finding_is_left_alone(repository: Path):
    path = repository / "db" / "00002_name.sql"
    path.write_text(
        INDEX.replace("-- find by name", "-- avion-lint: ignore[LK101] the table is empty"), encoding="utf-8"
    )

    avion_lint("fix", cwd=repository)

    assert files(repository).keys() == {"00001_users.sql", "00002_name.sql"}


@pytest.mark.parametrize("words", [("--all",), ("--staged",), ("--stdin-filename", "a.sql")])
def test_what_does_not_go_with_writing_files_is_refused(repository: Path, words: tuple[str, ...]):
    assert avion_lint("fix", *words, cwd=repository).code == 2


def test_reports_carry_the_fix(repository: Path):
    told = json.loads(avion_lint("--format", "json", cwd=repository).out)
    by_rule = {finding["id"]: finding["fix"] for finding in told["findings"]}
    schema = Path(__file__).parent / "data" / "sarif-2.1.0.schema.json"
    log = json.loads(avion_lint("--format", "sarif", cwd=repository).out)
    changes = [result["fixes"][0]["artifactChanges"] for result in log["runs"][0]["results"]]

    assert by_rule["LK101"]["files"] == [{"path": "db/00003_index_users_name.sql", "text": APART}]
    assert by_rule["LK106"]["safe"] is True
    assert list(Draft4Validator(json.loads(schema.read_text(encoding="utf-8"))).iter_errors(log)) == []
    assert ["db/00002_name.sql", "db/00003_index_users_name.sql"] in [
        [change["artifactLocation"]["uri"] for change in each] for each in changes
    ]


def test_edits_take_the_line_ends_of_their_document_and_must_not_overlap():
    document = Document("a.sql", "a\r\nb\r\n")
    places = [Place(document, Span(3, 4)), Place(document, Span(0, 0)), Place(document, Span(0, 2))]

    assert edited(document.text, [Edit(places[0], "c\nd"), Edit(places[1], "x\n")]) == "x\r\na\r\nc\r\nd\r\n"
    with pytest.raises(ValueError, match="overlap"):
        edited(document.text, [Edit(places[2], ""), Edit(Place(document, Span(1, 3)), "")])


def test_every_finding_that_is_left_has_its_reason(repository: Path):
    text = INDEX.replace("-- find by name\n", "ALTER TABLE users RENAME COLUMN email TO mail;\n-- find by name\n")
    (repository / "db" / "00002_name.sql").write_text(text, encoding="utf-8")
    done = avion_lint("fix", cwd=repository)

    left = [line.partition(" is left: ") for line in done.err.splitlines() if " is left: " in line]
    assert [(where.rpartition(": ")[2], why) for where, _, why in left] == [
        ("CO105 rename-column", "somebody has to decide, see what its remedy says"),
        ("MG116 down-not-inverse", "no change of text alone mends it here, see what its remedy says"),
    ]
    assert done.err.splitlines()[-1].endswith("2 findings left")
    again = avion_lint("--fix", cwd=repository)
    assert " is left: " not in again.err
    assert "CO105 rename-column" in again.out
