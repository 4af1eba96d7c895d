import os
import sys
from pathlib import Path

import pytest

from avion_lint import git
from avion_lint.git import GitError, Trouble, find_repository, listing, resolve_base
from avion_lint.git.process import is_object_id
from tests.git_helper import Repo, clean_environment, make_repo

A, B, C = "SELECT 1;\n", "SELECT 2;\n", "SELECT 3;\n"


@pytest.fixture(autouse=True)
def _only_our_settings(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    for name in list(os.environ):
        if name.startswith(("GIT_", "GITHUB_")):
            monkeypatch.delenv(name)
    for name, value in clean_environment(home).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def repo(tmp_path):
    return make_repo(tmp_path / "repo")


def trouble(call, *arguments):
    with pytest.raises(GitError) as caught:
        call(*arguments)
    error = caught.value
    assert error.text, "an error says what is wrong"
    assert "\n" not in error.text + error.mend
    return error


def base_of(repo, requested=None, **environment):
    return resolve_base(find_repository(repo.path), requested, environment)


# --- repositories


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


# --- variables that git sets for its hooks


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


# --- the base


def test_an_explicit_base_may_be_any_expression_for_a_commit(repo):
    first = repo.commit({"1.sql": A})
    repo.git("tag", "--annotate", "--message", "v1", "v1")
    second = repo.commit({"2.sql": A})

    for expression in ("HEAD~1", "v1", first, first[:10], "main@{0}~1", "HEAD^"):
        base = base_of(repo, expression)
        assert (base.name, base.tip, base.merge_base) == (expression, first, first)
    assert base_of(repo, "HEAD").tip == second


def test_merge_base_is_where_the_branch_left(repo):
    fork = repo.commit({"1.sql": A})
    repo.branch("feature")
    repo.commit({"2.sql": A})
    repo.checkout("main")
    tip = repo.commit({"3.sql": A})
    repo.checkout("feature")

    base = base_of(repo, "main")

    assert (base.tip, base.merge_base) == (tip, fork)


@pytest.mark.parametrize("odd", ["-v", "--all", "", "main..HEAD", "main...HEAD", "^main", "a\nb", "a\0b"])
def test_options_ranges_and_control_characters_are_no_base(repo, odd):
    repo.commit({"1.sql": A})

    assert trouble(base_of, repo, odd).trouble is Trouble.UNKNOWN_REVISION


def test_an_unknown_base_is_an_error_and_never_replaced(repo):
    repo.commit({"1.sql": A})

    error = trouble(base_of, repo, "origin/develop")

    assert error.trouble is Trouble.UNKNOWN_REVISION
    assert "origin/develop" in error.text
    assert not error.leaves_no_history


def test_a_file_or_tree_is_no_base(repo):
    repo.commit({"1.sql": A})

    assert trouble(base_of, repo, "HEAD:1.sql").trouble is Trouble.UNKNOWN_REVISION
    assert trouble(base_of, repo, "HEAD^{tree}").trouble is Trouble.UNKNOWN_REVISION


def test_github_names_the_base_branch(repo, tmp_path):
    repo.commit({"1.sql": A})
    repo.git("branch", "develop")
    clone = repo.clone(tmp_path / "clone")
    clone.branch("feature")

    assert base_of(clone, GITHUB_BASE_REF="develop").name == "origin/develop"
    assert base_of(repo, GITHUB_BASE_REF="develop").name == "develop"
    assert base_of(clone, "HEAD", GITHUB_BASE_REF="develop").name == "HEAD", "--base goes first"
    assert base_of(clone, GITHUB_BASE_REF="").name == "origin/main", "a push has an empty one"


def test_a_base_branch_of_github_that_is_not_there_is_an_error_with_the_fetch(repo):
    repo.commit({"1.sql": A})

    with pytest.raises(GitError) as caught:
        base_of(repo, GITHUB_BASE_REF="release")

    error = caught.value
    assert error.trouble is Trouble.UNKNOWN_REVISION
    assert "git fetch origin release" in error.mend


def test_the_default_branch_of_origin_is_the_base_by_its_real_name(tmp_path):
    origin = make_repo(tmp_path / "origin", branch="trunk")
    commit = origin.commit({"1.sql": A})
    origin.git("branch", "main")
    clone = origin.clone(tmp_path / "clone")
    clone.commit({"2.sql": A})

    base = base_of(clone)

    assert (base.name, base.tip, base.merge_base) == ("origin/trunk", commit, commit)


def test_without_a_default_branch_the_usual_names_are_tried_in_order(repo, tmp_path):
    repo.commit({"1.sql": A})
    assert base_of(repo).name == "main"

    master = make_repo(tmp_path / "master", branch="master")
    master.commit({"1.sql": A})
    assert base_of(master).name == "master"

    clone = master.clone(tmp_path / "clone")
    clone.git("remote", "set-head", "origin", "--delete")
    assert base_of(clone).name == "origin/master"

    clone.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
    assert base_of(clone).name == "origin/master", "a dangling default branch is none"


def test_a_tag_or_branch_called_main_does_not_hide_the_remote_branch(repo, tmp_path):
    fork = repo.commit({"1.sql": A})
    clone = repo.clone(tmp_path / "clone")
    clone.git("remote", "set-head", "origin", "--delete")
    clone.commit({"2.sql": A})
    clone.git("tag", "origin/main")
    clone.git("branch", "origin/main")

    assert base_of(clone).tip == fork


def test_no_base_branch_leaves_no_history(tmp_path):
    repo = make_repo(tmp_path / "repo", branch="develop")
    repo.commit({"1.sql": A})

    error = trouble(base_of, repo)

    assert error.trouble is Trouble.NO_BASE
    assert error.leaves_no_history
    assert "--base" in error.mend


def test_an_unborn_branch_has_no_base(repo):
    error = trouble(base_of, repo)

    assert error.trouble is Trouble.UNBORN
    assert error.leaves_no_history


def test_unrelated_histories_have_no_merge_base(repo):
    repo.commit({"1.sql": A})
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.commit({"2.sql": A})

    error = trouble(base_of, repo, "main")

    assert error.trouble is Trouble.NO_MERGE_BASE
    assert "shallow" not in error.text


def test_a_shallow_clone_without_the_base_says_how_to_fetch_it(repo, tmp_path):
    repo.commit({"1.sql": A})
    repo.branch("feature")
    repo.commit({"2.sql": A})
    clone = repo.clone(tmp_path / "clone", "--depth=1", "--branch=feature", file_url=True)
    assert find_repository(clone.path).shallow

    with pytest.raises(GitError) as caught:
        base_of(clone, GITHUB_BASE_REF="main")

    assert caught.value.trouble is Trouble.UNKNOWN_REVISION
    assert "shallow" in caught.value.text
    assert "fetch-depth: 0" in caught.value.mend
    assert "git fetch --unshallow" in caught.value.mend


def test_a_shallow_clone_that_hides_the_merge_base_says_so(repo, tmp_path):
    repo.commit({"1.sql": A})
    repo.branch("feature")
    repo.commit({"2.sql": A})
    repo.checkout("main")
    repo.commit({"3.sql": A})
    clone = repo.clone(tmp_path / "clone", "--depth=1", "--no-single-branch", file_url=True)
    clone.checkout("feature")

    error = trouble(base_of, clone)

    assert error.trouble is Trouble.NO_MERGE_BASE
    assert "shallow" in error.text
    assert "fetch-depth: 0" in error.mend


def test_the_mend_for_a_shallow_clone_works(repo, tmp_path):
    fork = repo.commit({"1.sql": A})
    repo.branch("feature")
    repo.commit({"2.sql": A})
    repo.checkout("main")
    repo.commit({"3.sql": A})
    clone = repo.clone(tmp_path / "clone", "--depth=1", "--no-single-branch", file_url=True)
    clone.checkout("feature")
    clone.git("fetch", "--quiet", "--unshallow")

    assert base_of(clone).merge_base == fork


# --- files


ODD_NAMES = [
    "a b.sql",
    "zeile\n2.sql",
    "тест.sql",
    "tab\t.sql",
    '"quoted".sql',
    "-v.sql",
    ":(top)x.sql",
    "*.sql",
]


def test_every_name_that_git_can_hold_is_read_everywhere(repo):
    commit = repo.commit(dict.fromkeys(ODD_NAMES, A))
    repo.write("neu\n.sql", B)
    found = find_repository(repo.path)

    files = listing(found)

    assert set(files.tracked) == set(ODD_NAMES)
    assert files.untracked == {"neu\n.sql"}
    assert dict(files.tracked) == git.tree(found, commit) == git.index(found).entries
    here = git.work_tree(found, ODD_NAMES)
    assert {path: content.entry for path, content in here.items()} == git.tree(found, commit)
    assert set(git.landings(found, commit, ODD_NAMES)) == set(ODD_NAMES)
    stored = git.converted(found, ODD_NAMES)
    assert stored.blobs == {path: entry.blob for path, entry in files.tracked.items()}


def test_a_name_that_is_not_utf8_goes_through(repo):
    raw = b"caf\xe9.sql"
    repo.write(os.fsdecode(raw), A)
    commit = repo.commit()
    found = find_repository(repo.path)

    assert [os.fsencode(path) for path in git.tree(found, commit)] == [raw]
    assert git.converted(found, [os.fsdecode(raw)]).blobs.keys() == {os.fsdecode(raw)}


def test_a_tree_can_be_narrowed_to_folders_by_their_literal_names(repo):
    commit = repo.commit({"a/1.sql": A, "b/2.sql": A, "*/3.sql": A, ":(top)c/4.sql": A})
    found = find_repository(repo.path)

    assert set(git.tree(found, commit, "a/")) == {"a/1.sql"}
    assert set(git.tree(found, commit, "*/")) == {"*/3.sql"}
    assert set(git.tree(found, commit, ":(top)c/")) == {":(top)c/4.sql"}
    assert trouble(git.tree, found, "HEAD").trouble is Trouble.UNKNOWN_REVISION


def test_submodules_and_foreign_repositories_are_not_files(repo, tmp_path):
    other = make_repo(tmp_path / "other")
    other.commit({"2.sql": A})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.path), "sub")
    commit = repo.commit({"1.sql": A})
    make_repo(repo.path / "stray").commit({"3.sql": A})
    found = find_repository(repo.path)

    assert set(git.tree(found, commit)) == {".gitmodules", "1.sql"}
    assert set(listing(found).tracked) == {".gitmodules", "1.sql"}
    assert listing(found).untracked == frozenset()
    assert set(git.index(found).entries) == {".gitmodules", "1.sql"}


def test_ignored_files_are_not_listed_unless_they_are_tracked(repo):
    repo.commit({"1.sql": A, "kept.tmp": A})
    repo.commit({".gitignore": "*.tmp\nbuild/\n"})
    repo.write("build/2.sql", A)
    repo.write("new.tmp", A)
    repo.write("3.sql", A)

    files = listing(find_repository(repo.path))

    assert files.untracked == {"3.sql"}
    assert "kept.tmp" in files.tracked


def test_the_work_tree_is_listed_whole_from_a_folder_inside(repo, monkeypatch):
    repo.commit({"1.sql": A, "db/2.sql": A})
    repo.write("3.sql", A)
    monkeypatch.chdir(repo.path / "db")

    files = listing(find_repository("."))

    assert set(files.tracked) == {"1.sql", "db/2.sql"}
    assert files.untracked == {"3.sql"}


def test_files_outside_a_sparse_checkout_are_skipped_and_not_deleted(repo):
    repo.commit({"a/1.sql": A, "b/2.sql": A})
    repo.git("sparse-checkout", "set", "a")
    assert not (repo.path / "b").exists()
    found = find_repository(repo.path)

    files = listing(found)

    assert set(files.tracked) == {"a/1.sql", "b/2.sql"}
    assert files.skipped == {"b/2.sql"}


def test_a_sparse_index_is_read_in_full(repo):
    repo.commit({"a/1.sql": A, "b/2.sql": A})
    repo.git("sparse-checkout", "set", "--sparse-index", "a")
    found = find_repository(repo.path)

    assert set(git.index(found).entries) == {"a/1.sql", "b/2.sql"}
    assert set(listing(found).tracked) == {"a/1.sql", "b/2.sql"}


def test_a_file_that_was_only_announced_is_not_in_the_index(repo):
    repo.commit({"1.sql": A})
    repo.write("announced.sql", A)
    repo.git("add", "--intent-to-add", "announced.sql")
    repo.write("empty.sql", "")
    repo.git("add", "empty.sql")
    found = find_repository(repo.path)

    assert set(git.index(found).entries) == {"1.sql", "empty.sql"}
    assert set(listing(found).tracked) == {"1.sql", "announced.sql", "empty.sql"}


def test_the_index_of_an_unborn_branch_is_read(repo):
    repo.write("1.sql", A)
    repo.git("add", "1.sql")

    assert set(git.index(find_repository(repo.path)).entries) == {"1.sql"}


def test_paths_in_conflict_are_named(repo):
    repo.commit({"1.sql": A, "2.sql": A})
    repo.branch("side")
    repo.commit({"1.sql": B})
    repo.checkout("main")
    repo.commit({"1.sql": C})
    repo.git("merge", "side", check=False)
    found = find_repository(repo.path)

    index = git.index(found)

    assert index.unmerged == {"1.sql"}
    assert set(index.entries) == {"2.sql"}
    assert set(listing(found).tracked) == {"1.sql", "2.sql"}


def test_modes_links_and_what_is_no_file(repo):
    repo.write("run.sql", A).chmod(0o755)
    (repo.path / "link.sql").symlink_to("run.sql")
    (repo.path / "loop.sql").symlink_to("loop.sql")
    commit = repo.commit({"1.sql": A})
    os.mkfifo(repo.path / "pipe.sql")
    (repo.path / "folder.sql").mkdir()
    found = find_repository(repo.path)
    tree = git.tree(found, commit)

    here = git.work_tree(found, [*tree, "pipe.sql", "folder.sql", "gone.sql"])

    assert {path: content.entry for path, content in here.items()} == tree
    assert [path for path, entry in tree.items() if entry.is_executable] == ["run.sql"]
    assert [path for path, entry in tree.items() if entry.is_link] == ["link.sql", "loop.sql"]
    assert here["link.sql"].data == b"run.sql"


def test_what_lies_behind_a_linked_folder_is_not_the_repositorys(repo, tmp_path):
    repo.commit({"db/1.sql": A})
    outside = tmp_path / "outside"
    outside.mkdir()
    (repo.path / "db").rename(outside / "db")
    (repo.path / "db").symlink_to(outside / "db")

    assert git.work_tree(find_repository(repo.path), ["db/1.sql"]) == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_there_without_content(repo):
    repo.commit({"1.sql": A})
    (repo.path / "1.sql").chmod(0)

    content = git.work_tree(find_repository(repo.path), ["1.sql"])["1.sql"]

    assert content.data is None
    assert content.entry.blob == ""


def test_blobs_are_read_as_they_are(repo):
    texts = [b"", b"\n", b"\0\xff", "ü🐘\r\n".encode(), b"x" * 1_000_000]
    for number, text in enumerate(texts):
        repo.write(f"{number}.sql", text)
    commit = repo.commit()
    found = find_repository(repo.path)
    tree = git.tree(found, commit)

    contents = git.blobs(found, [entry.blob for entry in tree.values()])

    assert [contents[entry.blob] for entry in tree.values()] == texts
    assert git.blobs(found, []) == {}


def test_ids_of_contents_are_gits_own(repo):
    for data in (b"", "Größe 🐘\n".encode(), b"\0"):
        path = repo.write("x", data)
        assert git.blob_id(data, "sha1") == repo.git("hash-object", "--no-filters", str(path))


def test_what_git_would_store_follows_its_line_ends_ident_and_encoding(repo):
    repo.write(
        ".gitattributes",
        "crlf.sql text\nid.sql ident\nwide.sql working-tree-encoding=UTF-16LE\nraw.sql -text\n",
    )
    repo.commit({"crlf.sql": A, "id.sql": "-- $Id$\n", "raw.sql": A, "auto.sql": A})
    repo.write("wide.sql", A.encode("utf-16-le"))
    commit = repo.commit()
    found = find_repository(repo.path)
    stored = {path: entry.blob for path, entry in git.tree(found, commit).items()}
    repo.write("crlf.sql", "SELECT 1;\r\n")
    repo.write("id.sql", "-- $Id: 1234 $\n")
    repo.write("raw.sql", "SELECT 1;\r\n")
    names = ["crlf.sql", "id.sql", "wide.sql", "raw.sql"]

    same = {path for path, blob in git.converted(found, names).blobs.items() if blob == stored[path]}

    assert same == {"crlf.sql", "id.sql", "wide.sql"}


def test_autocrlf_of_the_configuration_counts(repo):
    commit = repo.commit({"1.sql": A})
    repo.write("1.sql", "SELECT 1;\r\n")
    found = find_repository(repo.path)
    blob = git.tree(found, commit)["1.sql"].blob
    assert git.converted(found, ["1.sql"]).blobs["1.sql"] != blob

    repo.git("config", "core.autocrlf", "true")

    assert git.converted(found, ["1.sql"]).blobs["1.sql"] == blob


def test_nothing_is_claimed_of_files_with_a_filter_driver(repo):
    repo.commit({"1.sql": A, "2.sql": A, ".gitattributes": "1.sql filter=lfs\n2.sql -filter\n"})

    answer = git.converted(find_repository(repo.path), ["1.sql", "2.sql"])

    assert answer.filtered == {"1.sql"}
    assert set(answer.blobs) == {"2.sql"}


# --- landings


def landed(repo, *paths):
    found = find_repository(repo.path)
    return {path: landing.commit for path, landing in git.landings(found, found.head, paths).items()}


def test_a_file_landed_in_the_commit_that_added_it(repo):
    first = repo.commit({"1.sql": A, "2.sql": B})
    second = repo.commit({"3.sql": C})
    repo.commit({"1.sql": B})
    repo.write("4.sql", A)

    assert landed(repo, "1.sql", "2.sql", "3.sql", "4.sql") == {
        "1.sql": first,
        "2.sql": first,
        "3.sql": second,
    }


def test_landings_are_ordered_and_dated(repo):
    repo.commit({"1.sql": A})
    repo.commit({"readme.txt": A})
    repo.commit({"2.sql": B})
    found = find_repository(repo.path)

    landings = git.landings(found, found.head, ["1.sql", "2.sql"])

    assert landings["1.sql"].order < landings["2.sql"].order
    assert landings["2.sql"].when - landings["1.sql"].when == 7200
    assert all(landing.known for landing in landings.values())


def test_what_a_merge_brought_landed_with_the_merge(repo):
    repo.commit({"1.sql": A})
    repo.branch("feature")
    repo.commit({"2.sql": B})
    repo.commit({"3.sql": C})
    repo.checkout("main")
    repo.commit({"readme": A})
    merge = repo.merge("feature")

    assert landed(repo, "2.sql", "3.sql") == {"2.sql": merge, "3.sql": merge}


def test_what_was_squashed_landed_with_the_squash(repo):
    repo.commit({"1.sql": A})
    repo.branch("feature")
    repo.commit({"2.sql": B})
    repo.commit({"3.sql": C})
    repo.checkout("main")
    squash = repo.squash("feature")

    assert landed(repo, "2.sql", "3.sql") == {"2.sql": squash, "3.sql": squash}


def test_a_moved_file_keeps_its_first_landing(repo):
    first = repo.commit({"db/1.sql": A * 20, "db/2.sql": B * 20})
    repo.git("mv", "db", "sql")
    repo.commit()
    (repo.path / "services").mkdir()
    repo.git("mv", "sql", "services/sql")
    repo.commit({"services/sql/2.sql": B * 20 + A})

    assert landed(repo, "services/sql/1.sql", "services/sql/2.sql") == dict.fromkeys(
        ["services/sql/1.sql", "services/sql/2.sql"], first
    )


def test_a_new_file_with_the_header_of_a_deleted_one_is_not_a_moved_one(repo):
    header = "-- +goose Up\n-- Author: somebody\n-- Date: 2024-01-01\n"
    repo.commit({"1.sql": header + "ALTER TABLE users ADD COLUMN a int;\n"})
    (repo.path / "1.sql").unlink()
    second = repo.commit({"2.sql": header + "DROP INDEX orders_by_day;\n"})

    assert landed(repo, "2.sql") == {"2.sql": second}


def test_a_file_that_came_back_landed_when_it_came_back(repo):
    repo.commit({"1.sql": A, "2.sql": B})
    repo.git("rm", "--quiet", "1.sql")
    repo.commit()
    back = repo.commit({"1.sql": A})

    assert landed(repo, "1.sql") == {"1.sql": back}


def test_suffixes_with_special_characters_and_files_without_one_are_found(repo):
    first = repo.commit({"1.s[q]l": A, "2.s*l": B, "V3": C})

    assert landed(repo, "1.s[q]l") == {"1.s[q]l": first}
    assert landed(repo, "2.s*l") == {"2.s*l": first}
    assert landed(repo, "V3") == {"V3": first}


def test_the_oldest_commit_of_a_shallow_clone_is_no_certain_landing(repo, tmp_path):
    repo.commit({"1.sql": A})
    repo.commit({"2.sql": B})
    repo.commit({"3.sql": C})
    clone = repo.clone(tmp_path / "clone", "--depth=2", file_url=True)
    found = find_repository(clone.path)

    landings = git.landings(found, found.head, ["1.sql", "2.sql", "3.sql"])

    assert {path: landing.known for path, landing in landings.items()} == {
        "1.sql": False,
        "2.sql": False,
        "3.sql": True,
    }


def test_settings_that_hide_the_first_commit_do_not_hide_landings(repo):
    first = repo.commit({"1.sql": A})
    repo.git("config", "log.showRoot", "false")
    repo.git("config", "diff.renames", "false")
    repo.git("config", "log.decorate", "full")
    repo.git("config", "color.ui", "always")
    repo.git("mv", "1.sql", "2.sql")
    repo.commit()

    assert landed(repo, "2.sql") == {"2.sql": first}


# --- partial clones and hostile repositories


def partial_clone(repo, to):
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return repo.clone(to, "--filter=blob:none", file_url=True)


@pytest.mark.parametrize("known", [True, False])
def test_a_partial_clone_is_not_completed_over_the_network(repo, tmp_path, monkeypatch, known):
    repo.commit({"1.sql": A})
    repo.commit({"1.sql": B})
    clone = partial_clone(repo, tmp_path / "clone")
    if not known:  # a git that does not know this variable yet
        monkeypatch.delitem(__import__("avion_lint.git.process", fromlist=["x"])._VARIABLES, "GIT_NO_LAZY_FETCH")
    found = find_repository(clone.path)
    old = git.tree(found, clone.git("rev-parse", "HEAD~1"))["1.sql"].blob

    error = trouble(git.blobs, found, [old])

    assert error.trouble is Trouble.MISSING_OBJECTS
    assert "partial clone" in error.text
    present = clone.git("rev-list", "--objects", "--missing=print", "HEAD")
    assert f"?{old}" in present, "nothing was fetched"


def test_the_mend_for_a_partial_clone_works(repo, tmp_path):
    repo.commit({"1.sql": A})
    repo.commit({"1.sql": B})
    clone = partial_clone(repo, tmp_path / "clone")
    clone.git("fetch", "--quiet", "--refetch", "--no-filter")
    found = find_repository(clone.path)
    old = git.tree(found, clone.git("rev-parse", "HEAD~1"))["1.sql"].blob

    assert git.blobs(found, [old]) == {old: A.encode()}


HOSTILE = """
[core]
    fsmonitor = {trap}
    sshCommand = {trap}
    pager = {trap}
    editor = {trap}
    hooksPath = {hooks}
    askPass = {trap}
    alternateRefsCommand = {trap}
    gitProxy = {trap}
[diff]
    external = {trap}
    trustExitCode = true
[diff "evil"]
    command = {trap}
    textconv = {trap}
    cachetextconv = true
[filter "evil"]
    clean = {trap}
    smudge = {trap}
    process = {trap}
    required = true
[merge "evil"]
    driver = {trap}
[alias]
    rev-parse = !{trap}
    ls-files = !{trap}
    ls-tree = !{trap}
    log = !{trap}
[pager]
    log = {trap}
    diff = {trap}
    config = {trap}
[log]
    showSignature = true
    diffMerges = remerge
[gpg]
    program = {trap}
[gpg "ssh"]
    program = {trap}
[credential]
    helper = !{trap}
[remote "origin"]
    url = ext::{trap}
    promisor = true
    partialclonefilter = blob:none
    uploadpack = {trap}
    vcs = evil
[extensions]
    partialClone = origin
[protocol "ext"]
    allow = always
[submodule]
    recurse = true
[trace2]
    eventTarget = {trace}
"""


def hostile(repo, tmp_path):
    """Make every setting that names a command name one that leaves a trace; gives the trace's path."""
    trace = tmp_path / "trace"
    trap = repo.write(".git/trap", f"#!/bin/sh\necho \"$0 $@\" >> '{trace}'\nexit 1\n")
    trap.chmod(0o755)
    for hook in (
        "post-index-change",
        "fsmonitor-watchman",
        "reference-transaction",
        "pre-auto-gc",
        "post-checkout",
    ):
        repo.write(f".git/evil-hooks/{hook}", trap.read_text()).chmod(0o755)
    repo.write(".git/info/attributes", "* filter=evil diff=evil merge=evil\n")
    config = HOSTILE.format(trap=trap, hooks=repo.path / ".git/evil-hooks", trace=tmp_path / "trace2")
    with (repo.path / ".git" / "config").open("a") as file:
        file.write(config)
    return trace


def signed_merge(repo):
    """A merge with a conflict that was resolved, its commit signed by nobody that exists."""
    repo.commit({"1.sql": A, "2.sql": A})
    repo.branch("side")
    repo.commit({"1.sql": B})
    repo.checkout("main")
    repo.commit({"1.sql": C})
    repo.git("merge", "side", check=False)
    repo.commit({"1.sql": A + B})
    raw = repo.git("cat-file", "commit", "HEAD", text=False)
    head, _, message = raw.partition(b"\n\n")
    signature = b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
    path = repo.write(".git/signed", head + signature + b"\n\n" + message)
    repo.git("update-ref", "refs/heads/main", repo.git("hash-object", "-t", "commit", "-w", str(path)))


def ask_everything(repo):
    found = find_repository(repo.path)
    base = resolve_base(found, "HEAD~1", {})
    files = listing(found)
    names = [*files.tracked, *files.untracked]
    git.work_tree(found, names)
    git.converted(found, names)
    git.trusts_modes(found)
    git.index(found)
    git.landings(found, found.head, names)
    git.blobs(found, [entry.blob for entry in git.tree(found, base.tip).values()])
    with pytest.raises(GitError):
        git.blobs(found, ["0" * 39 + "1"])
    return found


def test_nothing_that_a_repository_configures_is_run(repo, tmp_path):
    signed_merge(repo)
    trace = hostile(repo, tmp_path)
    repo.write("2.sql", B)  # the index must not be trusted for this one, so that filters would be run
    os.utime(repo.path / "1.sql", (1, 1))
    repo.write("3.sql", C)

    ask_everything(repo)

    assert not trace.exists(), trace.read_text()


def test_the_traps_of_the_test_above_do_spring(repo, tmp_path):
    """Without this, a trap that is set wrongly would prove nothing."""
    signed_merge(repo)
    trace = hostile(repo, tmp_path)
    os.utime(repo.path / "1.sql", (1, 1))

    sprung = {}
    for name, command in {
        "fsmonitor and clean filter": ("status",),
        "textconv": ("diff", "HEAD~1", "HEAD"),
        "signature": ("log", "-1"),
        "merge driver": ("log", "-m", "-1", "--raw", "--no-show-signature"),
        "fetch": ("cat-file", "-p", "0" * 39 + "1"),
    }.items():
        trace.unlink(missing_ok=True)
        repo.git(*command, check=False)
        sprung[name] = trace.exists()

    assert sprung == dict.fromkeys(sprung, True)


def test_a_repository_is_not_written_to(repo):
    repo.commit({"1.sql": A})
    os.utime(repo.path / "1.sql", (1, 1))
    before = {path: path.stat().st_mtime_ns for path in repo.path.rglob("*")}

    found = find_repository(repo.path)
    names = [*listing(found).tracked]
    git.work_tree(found, names)
    git.converted(found, names)
    git.index(found)
    git.landings(found, found.head, names)

    assert {path: path.stat().st_mtime_ns for path in repo.path.rglob("*")} == before


def test_the_callers_git_variables_do_not_change_answers(repo, monkeypatch):
    commit = repo.commit({"1.SQL": A, "2.sql": B})
    monkeypatch.setenv("GIT_ICASE_PATHSPECS", "1")
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    monkeypatch.setenv("GIT_TRACE", "1")
    monkeypatch.setenv("LANGUAGE", "de")

    assert landed(repo, "2.sql") == {"2.sql": commit}
    assert trouble(base_of, repo, "nowhere").trouble is Trouble.UNKNOWN_REVISION


def test_only_one_module_of_the_package_runs_processes():
    """One reading of that module shows what can be run."""
    package = Path(git.__file__).parent

    using = {path.name for path in package.glob("*.py") if "subprocess" in path.read_text()}

    assert using == {"process.py"}


def test_object_ids_are_told_from_everything_else():
    assert is_object_id("a" * 40)
    assert is_object_id("0" * 64)
    assert not any(map(is_object_id, ["", "HEAD", "-" + "a" * 39, "A" * 40, "a" * 41, "a" * 39 + "\n"]))
