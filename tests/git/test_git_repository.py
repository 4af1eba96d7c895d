import os

import pytest

from avion_lint import git
from avion_lint.git import Trouble, find_repository
from tests.git_helper import A, Repo, base_of, make_repo, trouble


def test_a_repository_is_found_from_its_root_a_folder_a_file_and_a_path_that_is_gone(repo):
    commit = repo.commit({"db/1.sql": A})

    for start in (".", "db", "db/1.sql", "db/gone/too.sql"):
        found = find_repository(repo.path / start)
        assert (found.root, found.git_dir) == (str(repo.path), str(repo.path / ".git"))
        assert (found.head, found.shallow, found.object_format) == (commit, False, "sha1")
        assert found.index_file is None


def test_a_path_with_line_feeds_spaces_and_umlauts_is_a_root_like_others(tmp_path):
    repo = make_repo(tmp_path / "a b\n\nfalse\nü\n" / "re\npo")
    repo.commit({"1.sql": A})

    assert find_repository(repo.path).root == str(repo.path)


def test_before_the_first_commit_there_is_no_head(repo):
    repo.write("1.sql", A)

    assert find_repository(repo.path).head is None


def test_a_detached_head_is_a_head(repo):
    first = repo.commit({"1.sql": A})
    repo.commit({"2.sql": A})
    repo.git("checkout", "--quiet", "--detach", first)

    assert find_repository(repo.path).head == first
    assert base_of(repo).merge_base == first


def test_sha256_repositories_are_read(tmp_path):
    repo = make_repo(tmp_path / "repo", "--object-format=sha256")
    commit = repo.commit({"1.sql": A})

    found = find_repository(repo.path)

    assert found.object_format == "sha256"
    assert found.head == commit
    assert len(commit) == 64
    assert git.index(found).entries == git.tree(found, commit)
    assert git.work_tree(found, ["1.sql"])["1.sql"].entry == git.tree(found, commit)["1.sql"]
    assert base_of(repo).tip == commit


def test_a_linked_work_tree_has_its_own_root_head_and_index(repo, tmp_path):
    repo.commit({"1.sql": A})
    repo.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = Repo(tmp_path / "side", repo.clock)
    commit = side.commit({"2.sql": A})

    found = find_repository(side.path)

    assert (found.root, found.head) == (str(side.path), commit)
    assert set(git.index(found).entries) == {"1.sql", "2.sql"}
    assert set(git.index(find_repository(repo.path)).entries) == {"1.sql"}
    assert base_of(side).name == "main"


def test_the_nearest_of_two_nested_repositories_is_taken(repo):
    repo.commit({"1.sql": A})
    inner = make_repo(repo.path / "vendor" / "inner")
    inner.commit({"2.sql": A})

    assert find_repository(inner.path).root == str(inner.path)
    assert find_repository(repo.path / "vendor").root == str(repo.path)


def test_a_submodule_is_a_repository_of_its_own(repo, tmp_path):
    other = make_repo(tmp_path / "other")
    commit = other.commit({"2.sql": A})
    repo.commit({"1.sql": A})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.path), "sub")
    repo.commit()

    found = find_repository(repo.path / "sub" / "2.sql")

    assert (found.root, found.head) == (str(repo.path / "sub"), commit)


def test_no_repository_is_told_apart_from_a_broken_one(tmp_path):
    (tmp_path / "plain").mkdir()

    error = trouble(find_repository, tmp_path / "plain")

    assert error.trouble is Trouble.NO_REPOSITORY
    assert error.leaves_no_history


def test_inside_gits_own_folder_there_is_no_work_tree(repo):
    repo.commit({"1.sql": A})

    assert trouble(find_repository, repo.path / ".git" / "objects").trouble is Trouble.NO_REPOSITORY


def test_a_bare_repository_has_no_files_to_judge(tmp_path):
    bare = make_repo(tmp_path / "bare.git", "--bare")

    assert trouble(find_repository, bare.path).trouble is Trouble.BARE


def test_a_work_tree_that_is_configured_elsewhere_does_not_hold_the_path(repo, tmp_path):
    commit = repo.commit({"1.sql": A})
    (tmp_path / "elsewhere").mkdir()
    repo.git("config", "core.worktree", str(tmp_path / "elsewhere"))

    error = trouble(find_repository, repo.path)

    assert error.trouble is Trouble.BARE
    assert str(tmp_path / "elsewhere") in error.text
    assert repo.git("rev-parse", "HEAD") == commit


def damage_head(repo):
    (repo.path / ".git" / "HEAD").write_text("garbage\n")


def damage_branch(repo):
    (repo.path / ".git" / "refs" / "heads" / "main").write_text("garbage\n")


def lose_commit(repo):
    head = repo.head()
    (repo.path / ".git" / "objects" / head[:2] / head[2:]).unlink()


def damage_config(repo):
    (repo.path / ".git" / "config").write_text("[core\n")


def lose_git_dir(repo):
    (repo.path / ".git").rename(repo.path / "elsewhere")
    (repo.path / ".git").write_text("gitdir: /nowhere/at/all\n")


@pytest.mark.parametrize("damage", [damage_head, damage_branch, lose_commit, damage_config, lose_git_dir])
def test_a_broken_repository_is_an_error_and_never_taken_for_none(repo, damage):
    repo.commit({"1.sql": A})
    damage(repo)

    error = trouble(find_repository, repo.path)

    assert error.trouble is Trouble.BROKEN
    assert not error.leaves_no_history
    assert str(repo.path) in error.text
    assert error.mend


def test_a_broken_repository_inside_another_one_is_not_passed_over(repo):
    repo.commit({"1.sql": A})
    inner = make_repo(repo.path / "inner")
    inner.commit({"2.sql": A})
    damage_head(inner)

    error = trouble(find_repository, inner.path)

    assert error.trouble is Trouble.BROKEN
    assert str(inner.path) in error.text


def test_missing_trees_and_blobs_are_errors(repo):
    commit = repo.commit({"1.sql": A})
    found = find_repository(repo.path)
    blob = git.tree(found, commit)["1.sql"].blob
    (repo.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert trouble(git.blobs, found, [blob]).trouble is Trouble.BROKEN

    top = repo.git("rev-parse", "HEAD^{tree}")
    (repo.path / ".git" / "objects" / top[:2] / top[2:]).unlink()
    assert trouble(git.tree, found, commit).trouble is Trouble.BROKEN


def test_a_repository_of_another_user_is_named_with_the_mend(repo, monkeypatch):
    repo.commit({"1.sql": A})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    error = trouble(find_repository, repo.path)

    assert error.trouble is Trouble.OWNERSHIP
    assert f"safe.directory {repo.path}" in error.mend
    assert not error.leaves_no_history


def test_the_mend_for_a_repository_of_another_user_works(repo, monkeypatch, tmp_path):
    commit = repo.commit({"1.sql": A})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    (tmp_path / "gitconfig").write_text(f"[safe]\n\tdirectory = {repo.path}\n")

    assert find_repository(repo.path).head == commit


def test_without_git_there_is_no_history(repo, monkeypatch):
    monkeypatch.setenv("PATH", "")

    error = trouble(find_repository, repo.path)

    assert error.trouble is Trouble.NO_GIT
    assert error.leaves_no_history


def test_a_git_that_lies_in_the_repository_is_not_run(repo, monkeypatch):
    repo.write("git", f"#!/bin/sh\ntouch '{repo.path}/ran'\n").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", os.environ["PATH"]]))
    monkeypatch.chdir(repo.path)

    find_repository(repo.path)

    assert not (repo.path / "ran").exists()


def test_git_that_does_not_end_is_an_error(repo, monkeypatch, tmp_path):
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("avion_lint.git.process.TIMEOUT", 0.2)

    assert trouble(find_repository, repo.path).trouble is Trouble.TIMEOUT
