import pytest

from avion_lint.git import GitError, Trouble, find_repository
from tests.git_helper import A, base_of, make_repo, trouble


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
