"""Repositories that are not as one would wish, each built by script, with the answers that are right for it."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.cli_helper import goose
from tests.forked_helper import avion_lint, judged
from tests.git_helper import START, Repo, clean_environment, isolate, make_repo

TABLE = goose("CREATE TABLE users (id bigint PRIMARY KEY, email text);", "DROP TABLE users;")
COLUMN = goose("SET LOCAL lock_timeout = '3s';\nALTER TABLE users ADD COLUMN age int;", "SELECT 1;")


@pytest.fixture(autouse=True)
def _only_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, monkeypatch)


def import_history(path: Path, tags: int) -> Repo:
    """A history of as many commits as tags, each released, the first with a migration and the last with another."""
    repo = make_repo(path)
    lines: list[str] = []
    for number in range(1, tags + 1):
        files = {1: ("m/00001_a.sql", TABLE), tags: ("m/00002_b.sql", COLUMN)}
        name, text = files.get(number, ("README.md", str(number)))
        lines += [
            f"commit refs/heads/main\nmark :{number}\ncommitter A <a@example.com> {START + number} +0000\ndata 1\nx",
            *([f"from :{number - 1}"] if number > 1 else []),
            f"M 100644 inline {name}\ndata {len(text.encode())}\n{text}",
            f"reset refs/tags/v1.{number}.0\nfrom :{number}\n",
        ]
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force"],
        cwd=repo.path,
        env=clean_environment(path.parent),
        input="\n".join(lines).encode() + b"\n",
        check=True,
    )
    repo.git("checkout", "--quiet", "--force", "main")
    return repo


def test_five_thousand_tags_are_no_burden(tmp_path: Path) -> None:
    repo = import_history(tmp_path / "repo", 5_000)
    settings = "applied: {tags: v*}\ndeprecated-for: {releases: 2}\n"
    repo.write("avion-lint.yaml", settings)
    repo.write("m/00003_c.sql", goose("ALTER TABLE users DROP COLUMN email;", "SELECT 1;"))

    began = time.perf_counter()
    told = avion_lint("history", "--format", "json", cwd=repo.path)
    run = judged("--select", "CO102,HI", cwd=repo.path)
    took = time.perf_counter() - began

    assert told.code == 0, told.err
    (service,) = told.report["services"]
    rows = {each["version"]: (each["release"] or {}).get("tag") for each in service["migrations"]}
    assert rows["00001"] == "v1.1.0"
    assert rows["00002"] == "v1.5000.0"
    assert [each["id"] for each in run.report["findings"]] == ["CO102"]
    assert took < 20, f"{took:.1f} s"


def test_the_nearer_of_two_nested_repositories_counts(tmp_path: Path) -> None:
    outer = make_repo(tmp_path / "outer")
    outer.commit({"m/00001_a.sql": TABLE, ".gitignore": "inner/\n"})
    inner = make_repo(outer.path / "inner")
    inner.commit({"m/00001_a.sql": TABLE})
    inner.branch("feature")
    inner.commit({"m/00001_a.sql": f"{TABLE}SELECT 2;\n"})

    inside = judged("--select", "HI", cwd=inner.path / "m")
    outside = judged("--select", "HI", cwd=outer.path)

    assert inside.found == [("HI101", "m/00001_a.sql", len(TABLE.splitlines()) + 1)]
    assert outside.found == []


def test_a_migration_that_is_reverted_after_it_landed_is_missed(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.commit({"m/00001_a.sql": TABLE})
    repo.commit({"m/00002_b.sql": COLUMN})
    repo.git("tag", "v1.0")
    repo.branch("feature")
    repo.git("revert", "--no-edit", "HEAD")

    finding = judged("--select", "HI", cwd=repo.path).of("HI102")

    assert finding["path"] == "m/00002_b.sql"
    assert "00002" in finding["message"]
    assert "git checkout" in finding["remedy"] or "git restore" in finding["remedy"]


def test_the_audit_tells_a_revert_and_a_revert_of_the_revert(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.commit({"m/00001_a.sql": TABLE})
    repo.commit({"m/00002_b.sql": COLUMN})
    repo.git("tag", "v1.0")
    repo.clock += 3600
    repo.git("revert", "--no-edit", "HEAD")
    gone = avion_lint("history", "--audit", cwd=repo.path)
    repo.clock += 3600
    repo.git("revert", "--no-edit", "HEAD")
    back = avion_lint("history", "--audit", cwd=repo.path)

    assert gone.code == 1
    assert "deleted" in gone.out
    assert back.code == 0, back.out


def test_a_reverted_merge_takes_its_migrations_away(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.commit({"m/00001_a.sql": TABLE})
    repo.branch("topic")
    repo.commit({"m/00002_b.sql": COLUMN})
    repo.checkout("main")
    repo.git("merge", "--no-ff", "--no-edit", "topic")
    repo.branch("feature")
    repo.git("revert", "--no-edit", "-m", "1", "HEAD")

    assert [(each[0], each[1]) for each in judged("--select", "HI", cwd=repo.path).found] == [
        ("HI102", "m/00002_b.sql")
    ]


def test_a_rename_with_an_edit_of_an_applied_migration_is_one_finding(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    long = TABLE.replace(";", ";\n" + "".join(f"CREATE TABLE t{n} (a int);\n" for n in range(9)), 1)
    repo.commit({"m/00001_a.sql": long})
    repo.branch("feature")
    repo.git("mv", "m/00001_a.sql", "m/00002_größe.sql")
    repo.commit({"m/00002_größe.sql": long.replace("email text", "email text, größe int")})

    found = [each[0] for each in judged("--select", "HI", cwd=repo.path).found]

    assert found == ["HI103"]


def test_without_any_tag_releases_are_said_to_be_missing(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.commit({"m/00001_a.sql": TABLE, "avion-lint.yaml": "applied: {tags: v*}\n"})
    repo.branch("feature")
    repo.commit({"m/00002_b.sql": COLUMN})

    run = judged(cwd=repo.path)

    assert run.code == 3
    assert any("v*" in each["message"] + each["remedy"] for each in run.report["findings"] if each["id"] == "AV104")


def test_a_base_branch_that_is_gone_from_the_remote_is_said_with_the_way_out(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.commit({"m/00001_a.sql": TABLE})
    clone = repo.clone(tmp_path / "clone")
    clone.git("checkout", "-q", "-b", "feature")
    clone.git("branch", "-D", "main")
    clone.git("update-ref", "-d", "refs/remotes/origin/main")
    clone.git("symbolic-ref", "-d", "refs/remotes/origin/HEAD", check=False)

    run = judged(cwd=clone.path)

    (finding,) = (each for each in run.report["findings"] if each["id"] == "AV104")
    assert "there is no branch to compare with" in finding["message"]
    assert run.code != 0


def test_a_base_that_was_written_anew_is_no_reason_to_pass(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.commit({"m/00001_a.sql": TABLE})
    repo.branch("feature")
    repo.commit({"m/00002_b.sql": COLUMN})
    repo.git("checkout", "-q", "--orphan", "anew", "main")
    repo.commit({"m/00001_a.sql": TABLE})
    repo.git("branch", "-f", "main", "anew")
    repo.checkout("feature")

    run = judged(cwd=repo.path)

    assert run.code in (1, 3), run.out
    assert "no common" in (run.out + run.err).lower() or "history" in (run.out + run.err)


def test_a_worktree_of_a_submodule_knows_its_own_base(tmp_path: Path) -> None:
    library = make_repo(tmp_path / "library")
    library.commit({"m/00001_a.sql": TABLE})
    outer = make_repo(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.path), "sub")
    outer.commit({"README.md": "x"})
    inner = Repo(outer.path / "sub")
    inner.git("worktree", "add", "-q", "-b", "feature", str(tmp_path / "tree"))
    tree = Repo(tmp_path / "tree")
    tree.commit({"m/00001_a.sql": f"{TABLE}SELECT 2;\n"})

    assert [each[0] for each in judged("--select", "HI", cwd=tree.path).found] == ["HI101"]
