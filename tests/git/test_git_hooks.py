import os
import sys

from avion_lint import git
from avion_lint.git import Trouble, find_repository
from tests.git_helper import A, B, make_repo, trouble


def run_in_hook(repo, hook, *command):
    """What a child of the hook prints that names the repository and the index, when `command` makes git run it."""
    script = repo.path / ".git" / "hooks" / hook
    program = (
        "from avion_lint import git; import sys; r = git.find_repository(sys.argv[1]);"
        "print(r.root, sorted(git.index(r).entries), file=open(sys.argv[2], 'w'))"
    )
    script.parent.mkdir(exist_ok=True)
    out = repo.path.parent / "out"
    paths = os.pathsep.join(path for path in sys.path if path)
    script.write_text(f"#!/bin/sh\nPYTHONPATH='{paths}' exec '{sys.executable}' -c \"{program}\" . '{out}'\n")
    script.chmod(0o755)
    repo.git(*command)
    return out.read_text().strip()


def test_in_a_hook_the_index_of_the_coming_commit_is_read(repo):
    repo.commit({"1.sql": A})
    repo.write("2.sql", A)
    repo.git("add", "2.sql")
    assert run_in_hook(repo, "pre-commit", "commit", "-qm", "x") == f"{repo.path} ['1.sql', '2.sql']"


def test_a_commit_of_single_paths_has_an_index_of_its_own(repo):
    repo.commit({"1.sql": A})
    repo.write("1.sql", B)
    repo.write("2.sql", A)
    repo.git("add", "2.sql")
    assert run_in_hook(repo, "pre-commit", "commit", "-qm", "x", "1.sql") == f"{repo.path} ['1.sql']"


def test_in_a_hook_of_a_linked_work_tree_that_one_is_read(repo, tmp_path):
    repo.commit({"1.sql": A})
    repo.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    (tmp_path / "side" / "2.sql").write_text(A)
    side = f"--git-dir={repo.path}/.git/worktrees/side"
    work = f"--work-tree={tmp_path}/side"
    repo.git(side, work, "add", "--all")

    answer = run_in_hook(repo, "pre-commit", "-C", str(tmp_path / "side"), "commit", "-qm", "x")

    assert answer == f"{tmp_path / 'side'} ['1.sql', '2.sql']"


def test_git_dir_and_work_tree_of_the_environment_are_honoured(repo, tmp_path, monkeypatch):
    commit = repo.commit({"1.sql": A})
    work = tmp_path / "work"
    (work / "sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_DIR", "repo/.git")
    monkeypatch.setenv("GIT_WORK_TREE", "work")

    for start in (work, work / "sub"):
        found = find_repository(start)
        assert (found.root, found.head) == (str(work), commit)
        assert set(git.index(found).entries) == {"1.sql"}


def test_a_hook_of_a_bare_repository_may_ask_about_a_checkout(repo, tmp_path, monkeypatch):
    commit = repo.commit({"1.sql": A})
    bare = make_repo(tmp_path / "bare.git", "--bare")
    monkeypatch.chdir(bare.path)
    monkeypatch.setenv("GIT_DIR", ".")

    assert find_repository(repo.path).head == commit
    assert trouble(find_repository, ".").trouble is Trouble.BARE


def test_git_dir_of_the_environment_does_not_claim_paths_elsewhere(repo, tmp_path, monkeypatch):
    repo.commit({"1.sql": A})
    other = make_repo(tmp_path / "other")
    commit = other.commit({"2.sql": A})
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo.path / ".git" / "index"))

    found = find_repository(other.path)

    assert (found.root, found.head, found.index_file) == (str(other.path), commit, None)
    assert set(git.index(found).entries) == {"2.sql"}
