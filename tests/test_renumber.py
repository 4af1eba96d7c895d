"""`avion-lint renumber`: new migrations come to stand behind the base branch, in real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_helper import Run, makes
from tests.forked_helper import avion_lint, judged
from tests.git_helper import Repo, isolate, make_repo

GOOSE = "m"
FLYWAY = "db/migration"


@pytest.fixture(autouse=True)
def _only_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, monkeypatch)


def repo_of(tmp_path: Path, before: dict[str, str], ours: dict[str, str], theirs: dict[str, str]) -> Repo:
    """What was there when the branch left, what the branch adds, and what main has got since."""
    repo = make_repo(tmp_path / "repo")
    repo.commit(before)
    repo.branch("feature")
    repo.commit(ours)
    repo.checkout("main")
    repo.commit(theirs)
    repo.checkout("feature")
    return repo


def tables(*names: str, folder: str = GOOSE) -> dict[str, str]:
    return {f"{folder}/{name}.sql": makes(f"t{name.partition('_')[2]}") for name in names}


def renumber(repo: Repo, *arguments: str) -> Run:
    return avion_lint("renumber", *arguments, cwd=repo.path)


def files(repo: Repo, folder: str = GOOSE) -> list[str]:
    return sorted(path.name for path in (repo.path / folder).iterdir())


def test_new_migrations_go_behind_the_base_in_their_own_order(tmp_path: Path) -> None:
    ours = tables("00042_b", "00043_c", "00044_d")
    repo = repo_of(tmp_path, tables("00041_a"), ours, tables("00042_x", "00043_y"))

    run = renumber(repo)

    assert run.code == 0, run.err
    assert run.out.splitlines() == [
        "m/00042_b.sql -> m/00044_b.sql",
        "m/00043_c.sql -> m/00045_c.sql",
        "m/00044_d.sql -> m/00046_d.sql",
    ]
    assert files(repo) == ["00041_a.sql", "00044_b.sql", "00045_c.sql", "00046_d.sql"]
    assert "R  m/00042_b.sql -> m/00044_b.sql" in repo.git("status", "--porcelain")
    assert judged(cwd=repo.path).found == []
    repo.commit()
    repo.git("merge", "--quiet", "--no-edit", "main")
    assert judged(cwd=repo.path).found == []


def test_what_is_behind_the_base_already_stays(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, tables("00041_a"), tables("00050_b"), tables("00042_x"))

    run = renumber(repo)

    assert (run.code, run.out) == (0, "")
    assert "nothing to renumber" in run.err


def test_a_name_that_falls_free_is_no_obstacle(tmp_path: Path) -> None:
    """Two files of one description: the first gets the name that the second one had."""
    ours = {"m/00042_b.sql": makes("b"), "m/00043_b.sql": makes("c")}
    repo = repo_of(tmp_path, tables("00041_a"), ours, tables("00042_x"))

    assert renumber(repo).code == 0
    assert files(repo) == ["00041_a.sql", "00043_b.sql", "00044_b.sql"]
    assert "CREATE TABLE b" in (repo.path / "m/00043_b.sql").read_text()


def test_after_a_merge_the_new_one_of_two_moves_and_the_applied_one_never_does(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, tables("00041_a"), tables("00042_b"), tables("00042_x"))
    repo.git("merge", "--quiet", "--no-edit", "main")

    assert renumber(repo).out == "m/00042_b.sql -> m/00043_b.sql\n"
    assert files(repo) == ["00041_a.sql", "00042_x.sql", "00043_b.sql"]


def test_an_untracked_file_is_renamed_as_well(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, tables("00041_a"), {}, tables("00042_x"))
    repo.write("m/00042_b.sql", makes("b"))

    assert renumber(repo).code == 0
    assert files(repo) == ["00041_a.sql", "00043_b.sql"]
    assert repo.git("status", "--porcelain") == "?? m/00043_b.sql"


def test_an_applied_migration_that_is_named_is_refused(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, tables("00041_a"), tables("00042_b"), tables("00042_x"))

    run = renumber(repo, "m/00041_a.sql")

    assert run.code == 2
    assert "counts as applied" in run.err
    assert files(repo) == ["00041_a.sql", "00042_b.sql"]


def test_an_edited_applied_migration_keeps_its_version(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, tables("00041_a"), {}, tables("00042_x"))
    repo.write("m/00041_a.sql", makes("other"))

    assert renumber(repo).out == ""
    assert files(repo) == ["00041_a.sql"]


def test_only_what_is_named_moves_and_takes_no_version_that_another_has(tmp_path: Path) -> None:
    ours = tables("00042_b", "00044_d")
    repo = repo_of(tmp_path, tables("00041_a"), ours, tables("00042_x", "00043_y"))

    assert renumber(repo, "m/00042_b.sql").code == 0
    assert files(repo) == ["00041_a.sql", "00044_d.sql", "00045_b.sql"]


def test_a_dry_run_tells_by_its_code_and_renames_nothing(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, tables("00041_a"), tables("00042_b"), tables("00042_x"))

    run = renumber(repo, "--dry-run")

    assert (run.code, run.out) == (1, "m/00042_b.sql -> m/00043_b.sql\n")
    assert repo.git("status", "--porcelain") == ""


def test_a_target_that_git_ignores_is_never_written_over_and_nothing_is_renamed(tmp_path: Path) -> None:
    ours = {**tables("00042_b", "00043_c"), ".gitignore": "m/00044_c.sql\n"}
    repo = repo_of(tmp_path, tables("00041_a"), ours, tables("00042_x"))
    repo.write("m/00044_c.sql", "mine")

    run = renumber(repo)

    assert run.code == 3
    assert "is there already" in run.err
    assert (repo.path / "m/00044_c.sql").read_text() == "mine"
    assert files(repo) == ["00041_a.sql", "00042_b.sql", "00043_c.sql", "00044_c.sql"]


def test_what_was_renamed_before_something_failed_gets_its_name_back(tmp_path: Path) -> None:
    ours = {**tables("00042_b", "00043_c"), ".gitignore": "m/00043_b.sql\n"}
    repo = repo_of(tmp_path, tables("00041_a"), ours, tables("00042_x"))
    (repo.path / "m/00043_b.sql").mkdir()

    run = renumber(repo)

    assert run.code == 3
    assert repo.git("status", "--porcelain") == ""
    assert "00043_c.sql" in files(repo)


def test_without_git_nobody_knows_what_is_applied(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m/00001_a.sql").write_text(makes("a"))

    run = avion_lint("renumber", cwd=tmp_path)

    assert run.code == 2
    assert "cannot be told" in run.err


# --- Flyway

SQL = "-- Author: Jo\n-- Date: 2026-01-31\nCREATE TABLE {0} (id bigint PRIMARY KEY);\n"


def flyway(*names: str) -> dict[str, str]:
    return {f"{FLYWAY}/{name}.sql": SQL.format(f"t{name.partition('__')[2]}") for name in names}


def test_undo_script_and_script_configuration_go_with_a_flyway_migration(tmp_path: Path) -> None:
    ours = {
        **flyway("V2_1__b"),
        f"{FLYWAY}/V2_1__b.sql.conf": "executeInTransaction=false\n",
        f"{FLYWAY}/U2_1__b.sql": "DROP TABLE tb;\n",
    }
    theirs = {**flyway("V2_1__x", "V2_2__y"), f"{FLYWAY}/U2_1__x.sql": "DROP TABLE tx;\n"}
    repo = repo_of(tmp_path, flyway("V2_0__a"), ours, theirs)
    repo.git("merge", "--quiet", "--no-edit", "main")

    assert renumber(repo).code == 0
    assert files(repo, FLYWAY) == [
        "U2_1__x.sql",
        "U2_3__b.sql",
        "V2_0__a.sql",
        "V2_1__x.sql",
        "V2_2__y.sql",
        "V2_3__b.sql",
        "V2_3__b.sql.conf",
    ]


def test_where_flyway_takes_them_out_of_order_only_a_version_that_is_taken_moves(tmp_path: Path) -> None:
    before = {**flyway("V1__a"), "flyway.conf": "flyway.outOfOrder=true\n"}
    repo = repo_of(tmp_path, before, flyway("V2__b", "V4__d"), flyway("V3__x", "V4__y"))

    assert renumber(repo).out == f"{FLYWAY}/V4__d.sql -> {FLYWAY}/V5__d.sql\n"


def test_timestamps_become_the_moment_in_their_order(tmp_path: Path) -> None:
    before = tables("20200101000000_a")
    ours = tables("20200201000000_b", "20200202000000_c")
    repo = repo_of(tmp_path, before, ours, tables("20200301000000_x"))

    assert renumber(repo).code == 0
    first, second, third = files(repo)
    assert first == "20200101000000_a.sql"
    assert second.endswith("_b.sql")
    assert third.endswith("_c.sql")
    assert "20200301000000" < second < third
