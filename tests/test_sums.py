"""avion-lint.sum: written down, checked without git, in conflict where two branches add migrations at once."""

import hashlib

import pytest

from tests.forked_helper import avion_lint, judged
from tests.git_helper import make_repo

DB = "services/users/migrations"


def up(sql):
    return f"-- +goose Up\n-- Author: Jo\n-- Date: 2026-01-31\n{sql}\n-- +goose Down\nSELECT 0;\n"


ONE, TWO, THREE = (up(f"CREATE TABLE t{number} (id bigint PRIMARY KEY);") for number in (1, 2, 3))


@pytest.fixture
def repo(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{DB}/00001_one.sql": ONE})
    written(repo)
    repo.commit()
    repo.branch("change")
    return repo


def written(repo, *arguments, code=0):
    run = avion_lint("sum", *arguments, cwd=repo.path)
    assert run.code == code, run.out + run.err
    return run


def found(repo, *arguments):
    run = judged(*arguments, cwd=repo.path)
    return [(each["id"], each["path"]) for each in run.report["findings"]]


def test_the_file_has_the_hash_of_each_migration(repo):
    lines = (repo.path / "avion-lint.sum").read_text().splitlines()
    line = f"{hashlib.sha256(ONE.encode()).hexdigest()}  {DB}/00001_one.sql"

    assert lines[1:] == [f"{hashlib.sha256(line.encode()).hexdigest()}  {DB}/", line]
    assert found(repo) == []
    assert written(repo, "--check").code == 0


def test_line_ends_do_not_count(repo):
    repo.write(f"{DB}/00001_one.sql", ONE.replace("\n", "\r\n"))

    assert found(repo, "--no-git", "--select", "AV114") == []


def test_a_change_is_seen_without_git(repo):
    repo.write(f"{DB}/00001_one.sql", ONE.replace("bigint", "uuid"))

    assert found(repo, "--no-git", "--select", "AV114") == [("AV114", f"{DB}/00001_one.sql")]
    assert found(repo, "--no-git", "--select", "AV114", DB) == [("AV114", f"{DB}/00001_one.sql")]


def test_a_change_of_what_has_landed_is_not_written_down(repo):
    before = (repo.path / "avion-lint.sum").read_text()
    repo.write(f"{DB}/00001_one.sql", ONE.replace("bigint", "uuid"))
    run = written(repo, code=1)

    assert "00001_one.sql is not what is written down" in run.err
    assert (repo.path / "avion-lint.sum").read_text() == before
    written(repo, "--accept")
    assert found(repo, "--select", "AV114") == []


def test_what_has_not_landed_may_be_written_down_anew(repo):
    repo.write(f"{DB}/00002_two.sql", TWO)
    assert found(repo, "--select", "AV114") == [("AV114", f"{DB}/00002_two.sql")]
    written(repo)
    repo.write(f"{DB}/00002_two.sql", TWO.replace("bigint", "uuid"))
    assert found(repo, "--select", "AV114") == [("AV114", f"{DB}/00002_two.sql")]
    written(repo)

    assert found(repo, "--select", "AV114") == []


def test_a_migration_that_is_gone_is_told_at_its_line(repo):
    (repo.path / DB / "00001_one.sql").unlink()
    repo.write(f"{DB}/00002_two.sql", TWO)

    assert ("AV114", "avion-lint.sum") in found(repo, "--select", "AV114")


def test_what_is_staged_is_compared_with_what_is_staged(repo):
    repo.write(f"{DB}/00002_two.sql", TWO)
    written(repo)
    repo.git("add", DB)
    assert found(repo, "--staged", "--select", "AV114") == [("AV114", f"{DB}/00002_two.sql")]
    repo.git("add", "avion-lint.sum")
    assert found(repo, "--staged", "--select", "AV114") == []


def test_two_branches_that_add_migrations_meet_in_a_conflict(repo):
    repo.write(f"{DB}/00002_two.sql", TWO)
    written(repo)
    repo.commit()
    repo.branch("other", "main")
    repo.write(f"{DB}/00003_three.sql", THREE)
    written(repo)
    repo.commit()
    repo.git("merge", "--quiet", "change", check=False)
    run = avion_lint(cwd=repo.path)

    assert run.code == 2
    assert "avion-lint.sum:2:1: this is a merge conflict" in run.err
    assert f"here {DB}/00003_three.sql; there {DB}/00002_two.sql" in run.err
    written(repo)
    assert found(repo, "--select", "AV114") == []
    assert avion_lint("sum", "--check", cwd=repo.path).code == 0


def test_what_a_conflict_says_to_do_works(repo):
    repo.write(f"{DB}/00002_two.sql", TWO)
    written(repo)
    repo.commit()
    repo.branch("other", "main")
    repo.write(f"{DB}/00002_three.sql", THREE)
    written(repo)
    repo.commit()
    repo.checkout("main")
    repo.merge("change")
    repo.checkout("other")
    repo.git("merge", "--quiet", "main", check=False)
    assert avion_lint(cwd=repo.path).code == 2
    run = avion_lint("renumber", cwd=repo.path)
    written(repo)

    assert (run.code, run.out) == (0, f"{DB}/00002_three.sql -> {DB}/00003_three.sql\n"), run.err
    assert avion_lint("sum", "--check", cwd=repo.path).code == 0
    assert not {"AV114", "MG112"} & {rule for rule, _ in found(repo)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace(text.splitlines()[2][:64], "0" * 64), "does not fit the lines below it"),
        (lambda text: text + "what is this\n", "this is no line of avion-lint.sum"),
        (lambda text: "\n".join(text.splitlines()[2:]) + "\n", "before the line of its service"),
    ],
)
def test_a_file_that_was_tampered_with_is_an_error(repo, change, words):
    path = repo.path / "avion-lint.sum"
    path.write_text(change(path.read_text()))
    run = avion_lint("--no-git", cwd=repo.path)

    assert run.code == 2
    assert words in run.err


def test_a_fix_is_not_held_up_and_is_written_down_afterwards(repo):
    repo.write(f"{DB}/00002_two.sql", up("CREATE INDEX t1_id_idx ON t1 (id);"))
    written(repo)
    assert avion_lint("fix", cwd=repo.path).code in (0, 1)
    assert "CONCURRENTLY" in (repo.path / DB / "00002_two.sql").read_text()
    assert ("AV114", f"{DB}/00002_two.sql") in found(repo)
    written(repo)

    assert found(repo, "--select", "AV114") == []


def test_repeatable_migrations_may_change(tmp_path):
    folder = "db/src/main/resources/db/migration"
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{folder}/V1__a.sql": "SELECT 1;\n", f"{folder}/R__v.sql": "CREATE VIEW v AS SELECT 1;\n"})
    written(repo)

    assert "R__v.sql" not in (repo.path / "avion-lint.sum").read_text()
