"""References are found in git's files as git itself finds them."""

import pytest

from avion_lint.git import find_repository
from avion_lint.git.references import references_in_files

NAMES = ("refs/heads/main", "refs/heads/old", "refs/remotes/origin/main", "refs/heads/none")


@pytest.fixture
def repo_with_branches(repo):
    repo.commit({"a": "1"})
    repo.git("branch", "old")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    return repo


def known_to_git(repo):
    names = repo.git("for-each-ref", "--format=%(refname)").split()
    return [name for name in NAMES if name in names]


def known_in_files(path):
    known = references_in_files(find_repository(path))
    assert known is not None
    return [name for name in NAMES if known(name)]


@pytest.mark.parametrize("packed", [False, True])
def test_loose_and_packed_references_are_known(repo_with_branches, packed):
    if packed:
        repo_with_branches.git("pack-refs", "--all")
    assert known_in_files(repo_with_branches.path) == known_to_git(repo_with_branches)
    assert "refs/heads/old" in known_in_files(repo_with_branches.path)


def test_a_linked_work_tree_has_the_references_of_the_repository(repo_with_branches, tmp_path):
    repo_with_branches.git("worktree", "add", "--detach", str(tmp_path / "linked"))
    assert known_in_files(tmp_path / "linked") == known_to_git(repo_with_branches)


def test_only_git_can_tell_of_another_way_to_keep_references(repo_with_branches):
    (repo_with_branches.path / ".git" / "reftable").mkdir()
    assert references_in_files(find_repository(repo_with_branches.path)) is None
