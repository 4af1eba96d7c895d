import os
from hashlib import sha256

import pytest

from avion_lint.git import GitError, Landing, Trouble, process
from avion_lint.history.changes import Source
from avion_lint.history.deployments import alone, as_landed, assumed, assumed_without_base, since_base
from avion_lint.history.edits import Edit
from avion_lint.history.survey import read_files, survey
from avion_lint.history.witness import landed, read_history
from tests.git_helper import Repo, isolate, make_repo

A = "-- +goose Up\nCREATE TABLE a (id bigint);\n-- +goose Down\nDROP TABLE a;\n"
B = "-- +goose Up\nALTER TABLE a ADD COLUMN name text;\nUPDATE a SET name = '';\n"
C = "-- +goose Up\nCREATE INDEX ON a (name);\n"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"


@pytest.fixture(autouse=True)
def _only_our_settings(tmp_path, monkeypatch):
    isolate(tmp_path, monkeypatch)


@pytest.fixture
def repo(tmp_path):
    """main holds 1.sql and 2.sql; the branch feature, which is checked out, starts there."""
    repo = make_repo(tmp_path / "repo")
    repo.commit({"db/1.sql": A, "db/2.sql": B, "readme": "x"})
    repo.branch("feature")
    return repo


def is_sql(path):
    return path.endswith(".sql")


def no_identity(_path):
    return None


def history(repo, source=Source.WORK_TREE, base=None, identity=no_identity, **environment):
    surveyed = survey(repo.path, source, base, environment)
    files = read_files(surveyed, filter(is_sql, surveyed.paths))
    return read_history(surveyed, files, is_sql, lambda comment: "+goose" in comment, identity)


def told(repo, *arguments, **more):
    """What changed, short: path to edit, "new", "deleted" or "old path > edit"."""
    return {change.path: short(change) for change in history(repo, *arguments, **more).changes}


def short(change):
    if change.is_new:
        return "new"
    if change.is_deleted:
        return "deleted"
    return f"{change.renamed_from} > {change.edit}" if change.renamed_from else str(change.edit)


# --- what is new or changed, from which source


def test_nothing_changed(repo):
    found = history(repo)

    assert found.changes == ()
    assert found.applied == found.shared == {"db/1.sql", "db/2.sql"}
    assert found.base == "main"
    assert found.missing is None
    assert found.judged(["db/1.sql", "db/2.sql"]) == frozenset()


def test_new_files_count_whether_committed_staged_or_not_even_tracked(repo):
    repo.commit({"db/3.sql": C})
    repo.write("db/4.sql", C)
    repo.git("add", "db/4.sql")
    repo.write("db/ü 5\n.sql", C)

    assert told(repo) == {"db/3.sql": "new", "db/4.sql": "new", "db/ü 5\n.sql": "new"}


def test_ignored_files_do_not_count(repo):
    repo.commit({".gitignore": "*.local.sql\n"})
    repo.write("db/x.local.sql", C)

    assert told(repo) == {}


@pytest.mark.parametrize("stage", ["committed", "staged", "unstaged"])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (B.replace("text", "varchar"), "sql"),
        (B.replace("Up", "Down"), "sql"),
        ("-- Author: x\n" + B, "comments"),
        (B.replace("\n", "\r\n"), "line-ends"),
    ],
)
def test_an_edit_has_its_kind_at_every_stage(repo, stage, text, kind):
    repo.write("db/2.sql", text)
    if stage != "unstaged":
        repo.git("add", "--all")
    if stage == "committed":
        repo.commit()

    assert told(repo) == {"db/2.sql": kind}


@pytest.mark.parametrize("stage", ["committed", "staged", "unstaged"])
def test_a_deleted_file_is_told_at_every_stage(repo, stage):
    (repo.path / "db/2.sql").unlink()
    if stage != "unstaged":
        repo.git("add", "--all")
    if stage == "committed":
        repo.commit()

    found = history(repo)

    assert [short(change) for change in found.changes] == ["deleted"]
    assert found.changes[0].before.text == B
    assert found.judged(["db/1.sql"]) == frozenset()


def test_a_change_of_mode_alone_is_told_apart(repo):
    (repo.path / "db/2.sql").chmod(0o755)
    assert told(repo) == {"db/2.sql": "mode"}

    repo.commit()
    assert told(repo) == {"db/2.sql": "mode"}


def test_modes_of_a_file_system_that_keeps_none_do_not_count(repo):
    repo.git("config", "core.fileMode", "false")
    (repo.path / "db/2.sql").chmod(0o755)
    assert told(repo) == {}

    repo.git("update-index", "--chmod=+x", "db/2.sql")
    assert told(repo) == {"db/2.sql": "mode"}


def test_documents_before_and_after_and_the_first_changed_line(repo):
    repo.write("db/2.sql", B.replace("''", "'🐘'"))
    repo.write("db/3.sql", C)

    changed, new = history(repo).changes

    assert (changed.before.path, changed.before.text) == ("db/2.sql", B)
    assert changed.after.text == B.replace("''", "'🐘'")
    assert changed.after.text[changed.at.start : changed.at.end] == "UPDATE a SET name = '🐘';"
    assert (new.before, new.after.text, new.edit) == (None, C, Edit.NONE)
    assert new.after.text[new.at.start : new.at.end] == "-- +goose Up"


def test_what_no_runner_minds_is_not_judged(repo):
    repo.commit({"db/3.sql": C, "db/4.sql": C + "--4", "db/5.sql": C + "--5", "db/6.sql": C + "--6"})
    repo.checkout("main")
    repo.merge("feature")
    repo.branch("next")
    (repo.path / "db/1.sql").chmod(0o755)
    repo.write("db/2.sql", B.replace("\n", "\r\n"))
    repo.write("db/3.sql", "-- why\n" + C)
    repo.write("db/4.sql", C.replace("name", "id"))
    repo.git("mv", "db/6.sql", "db/7.sql")
    (repo.path / "db/5.sql").unlink()
    repo.write("db/8.sql", A)
    paths = [f"db/{number}.sql" for number in (1, 2, 3, 4, 7, 8)]

    assert history(repo).judged(paths) == {"db/3.sql", "db/4.sql", "db/7.sql", "db/8.sql"}


def test_the_index_is_judged_and_not_the_work_tree(repo):
    repo.write("db/2.sql", B.replace("text", "varchar"))
    repo.write("db/3.sql", C)
    repo.git("add", "--all")
    repo.write("db/2.sql", B)
    repo.write("db/3.sql", "broken")
    repo.write("db/4.sql", C)

    found = history(repo, Source.INDEX)

    assert {change.path: short(change) for change in found.changes} == {"db/2.sql": "sql", "db/3.sql": "new"}
    assert [change.after.text for change in found.changes] == [B.replace("text", "varchar"), C]
    assert told(repo) == {"db/3.sql": "new", "db/4.sql": "new"}


def test_a_deletion_that_is_only_staged_counts_in_the_index(repo):
    repo.git("rm", "--cached", "--quiet", "db/2.sql")

    assert told(repo, Source.INDEX) == {"db/2.sql": "deleted"}
    assert told(repo) == {}, "the file is still there"


def test_the_commit_is_judged_and_nothing_uncommitted(repo):
    repo.commit({"db/3.sql": C})
    repo.write("db/2.sql", "broken")
    repo.write("db/4.sql", C)
    repo.git("add", "--all")

    assert told(repo, Source.HEAD) == {"db/3.sql": "new"}


def test_a_path_in_conflict_is_in_doubt_and_not_deleted(repo):
    repo.commit({"db/2.sql": B + "SELECT 1;\n"})
    repo.checkout("main")
    repo.commit({"db/2.sql": B + "SELECT 2;\n"})
    repo.git("merge", "feature", check=False)

    found = history(repo, Source.INDEX)

    assert found.changes == ()
    assert [(doubt.path, bool(doubt.mend)) for doubt in found.unsure] == [("db/2.sql", True)]


# --- against which state of the base


def test_what_the_base_did_meanwhile_is_not_this_branchs_doing(repo):
    repo.checkout("main")
    repo.commit({"db/2.sql": B + "SELECT 1;\n", "db/3.sql": C})
    repo.git("rm", "--quiet", "db/1.sql")
    repo.commit()
    repo.checkout("feature")

    found = history(repo)

    assert found.changes == ()
    assert found.applied == {"db/2.sql", "db/3.sql"}
    assert found.shared == {"db/1.sql", "db/2.sql"}


def test_a_branch_that_was_squashed_into_the_base_has_nothing_new(repo):
    repo.commit({"db/3.sql": C})
    repo.checkout("main")
    repo.squash("feature")
    repo.checkout("feature")

    assert told(repo) == {}


def test_an_edit_after_the_squash_is_an_edit_of_what_is_applied(repo):
    repo.commit({"db/3.sql": C})
    repo.checkout("main")
    repo.squash("feature")
    repo.checkout("feature")
    repo.commit({"db/3.sql": C + "SELECT 1;\n"})

    assert told(repo) == {"db/3.sql": "sql"}


def test_two_branches_that_add_the_same_path_differ_from_the_tip(repo):
    repo.checkout("main")
    repo.commit({"db/3.sql": C})
    repo.checkout("feature")
    repo.commit({"db/3.sql": B})

    found = history(repo)

    assert {change.path: short(change) for change in found.changes} == {"db/3.sql": "sql"}
    assert found.changes[0].before.text == C


def test_what_both_sides_changed_is_compared_with_where_the_branch_began(repo):
    repo.checkout("main")
    repo.commit({"db/2.sql": B + "SELECT 1;\n"})
    repo.checkout("feature")
    repo.commit({"db/2.sql": "-- why\n" + B})

    (change,) = history(repo).changes

    assert (change.edit, change.before.text) == (Edit.COMMENTS, B)


def test_a_change_that_the_base_has_as_well_is_none(repo):
    repo.checkout("main")
    repo.commit({"db/2.sql": B + "SELECT 1;\n"})
    repo.checkout("feature")
    repo.commit({"db/2.sql": B + "SELECT 1;\n"})

    assert told(repo) == {}


def test_what_a_merge_of_the_base_brought_is_not_new(repo):
    repo.commit({"db/3.sql": C})
    repo.checkout("main")
    repo.commit({"db/4.sql": C})
    repo.checkout("feature")
    repo.merge("main")

    assert told(repo) == {"db/3.sql": "new"}


def test_the_merge_commit_that_github_checks_out_is_judged_like_the_branch(repo, tmp_path):
    repo.commit({"db/3.sql": C})
    repo.checkout("main")
    repo.commit({"db/4.sql": C})
    clone = repo.clone(tmp_path / "clone")
    clone.git("checkout", "--quiet", "--detach", "origin/main")
    clone.merge("origin/feature")

    assert told(clone, GITHUB_BASE_REF="main") == {"db/3.sql": "new"}


def test_on_the_base_branch_only_what_is_not_committed_counts(repo):
    repo.checkout("main")
    repo.commit({"db/3.sql": C})
    assert told(repo) == {}

    repo.write("db/4.sql", C)
    assert told(repo) == {"db/4.sql": "new"}


def test_a_linked_work_tree_and_a_detached_head_are_judged_like_others(repo, tmp_path):
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "side"), "main")
    side = Repo(tmp_path / "side", repo.clock)
    side.commit({"db/3.sql": C})
    side.write("db/4.sql", C)

    assert told(side) == {"db/3.sql": "new", "db/4.sql": "new"}
    assert told(repo) == {}


def test_a_submodules_migrations_are_its_own(repo, tmp_path):
    other = make_repo(tmp_path / "other")
    other.commit({"9.sql": C})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.path), "sub")
    repo.commit()

    assert told(repo) == {}
    inside = Repo(repo.path / "sub", repo.clock)
    inside.write("10.sql", A)
    assert told(inside) == {"10.sql": "new"}


def test_files_outside_a_sparse_checkout_are_known_and_not_deleted(repo):
    repo.commit({"other/3.sql": C})
    repo.git("sparse-checkout", "set", "other")
    assert not (repo.path / "db").exists()

    assert told(repo) == {"other/3.sql": "new"}
    surveyed = survey(repo.path, Source.WORK_TREE, None, {})
    assert read_files(surveyed, ["db/1.sql"])["db/1.sql"].data == A.encode()


def test_a_file_outside_a_sparse_checkout_that_a_commit_changed_is_changed(repo):
    repo.commit({"db/2.sql": B + "SELECT 1;\n", "other/3.sql": C})
    repo.git("sparse-checkout", "set", "other")

    assert told(repo) == {"db/2.sql": "sql", "other/3.sql": "new"}


def test_a_file_that_git_was_told_to_take_as_unchanged_is_still_seen(repo):
    repo.git("update-index", "--assume-unchanged", "db/2.sql")
    repo.write("db/2.sql", B + "SELECT 1;\n")

    assert told(repo) == {"db/2.sql": "sql"}


def test_a_file_of_the_same_size_and_time_is_still_seen(repo):
    path = repo.path / "db/2.sql"
    before = path.stat()
    path.write_text(B.replace("text", "date"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert told(repo) == {"db/2.sql": "sql"}


# --- line ends, encodings and filters


def test_line_ends_that_git_makes_itself_are_no_change(tmp_path):
    origin = make_repo(tmp_path / "origin")
    origin.commit({"1.sql": A, "2.sql": B})
    clone = origin.clone(tmp_path / "clone", "--config=core.autocrlf=true")
    assert (clone.path / "1.sql").read_bytes() == A.replace("\n", "\r\n").encode()
    assert told(clone) == {}

    clone.write("2.sql", (B + "SELECT 1;\n").replace("\n", "\r\n"))
    assert told(clone) == {"2.sql": "sql"}
    clone.write("2.sql", ("-- why\n" + B).replace("\n", "\r\n"))
    assert told(clone) == {"2.sql": "comments"}


def test_line_ends_in_the_work_tree_are_a_change_where_git_would_store_them(repo):
    repo.write("db/2.sql", B.replace("\n", "\r\n"))
    assert told(repo) == {"db/2.sql": "line-ends"}

    repo.write(".gitattributes", "*.sql text eol=crlf\n")
    assert told(repo) == {}


def test_other_conversions_of_git_are_no_change(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.write(".gitattributes", "id.sql ident\nwide.sql working-tree-encoding=UTF-16\n")
    repo.write("wide.sql", A.encode("utf-16"))
    repo.commit({"id.sql": "-- $Id$\n" + B})
    (repo.path / "id.sql").unlink()
    repo.git("checkout", "--quiet", "id.sql")
    assert b"$Id: " in (repo.path / "id.sql").read_bytes()

    assert told(repo) == {}


def test_a_file_behind_a_filter_driver_is_in_doubt_and_the_driver_not_run(repo, tmp_path):
    repo.git("config", "filter.crypt.clean", f"touch '{tmp_path}/ran'; tr a-z b-za")
    repo.write(".git/info/attributes", "db/2.sql filter=crypt\n")
    assert told(repo) == {}, "the very bytes that are stored cannot be in doubt"
    repo.write("db/2.sql", B + "SELECT 1;\n")

    found = history(repo)

    assert found.changes == ()
    assert [doubt.path for doubt in found.unsure] == ["db/2.sql"]
    assert "filter" in found.unsure[0].why
    assert not (tmp_path / "ran").exists()


def test_a_large_file_of_git_lfs_is_compared_by_its_pointer(repo):
    pointer = POINTER.format(sha256(A.encode()).hexdigest(), len(A))
    repo.commit({"db/1.sql": pointer})
    repo.checkout("main")
    repo.merge("feature")
    repo.branch("next")
    repo.write(".git/info/attributes", "*.sql filter=lfs\n")
    repo.write("db/1.sql", A)
    assert history(repo).unsure == ()
    assert told(repo) == {}

    repo.write("db/1.sql", A + "SELECT 1;\n")
    assert [doubt.path for doubt in history(repo).unsure] == ["db/1.sql"]


def test_bytes_that_are_no_text_are_compared_as_they_are(repo):
    repo.commit({"db/3.sql": b"SELECT '\xe9'; -- \xe9\n", "db/4.sql": b"\0\xff"})
    repo.checkout("main")
    repo.merge("feature")
    repo.branch("next")
    assert told(repo) == {}

    repo.write("db/3.sql", b"SELECT '\xe9'; -- \xe8\n")
    repo.write("db/4.sql", b"\0\xfe")

    assert told(repo) == {"db/3.sql": "comments", "db/4.sql": "sql"}


def test_a_link_is_compared_by_where_it_leads(repo):
    (repo.path / "db/3.sql").symlink_to("1.sql")
    (repo.path / "db/4.sql").symlink_to("1.sql")
    repo.commit()
    repo.checkout("main")
    repo.merge("feature")
    repo.branch("next")
    (repo.path / "db/3.sql").unlink()
    (repo.path / "db/3.sql").symlink_to("2.sql")

    assert told(repo) == {"db/3.sql": "sql"}


def test_a_folder_in_the_place_of_a_file_means_that_the_file_is_gone(repo):
    (repo.path / "db/2.sql").unlink()
    (repo.path / "db/2.sql").mkdir()
    repo.write("db/2.sql/inner.sql", C)

    assert told(repo) == {"db/2.sql": "deleted", "db/2.sql/inner.sql": "new"}


# --- renames


def test_a_renamed_file_is_one_change(repo):
    repo.git("mv", "db/2.sql", "db/3.sql")

    (change,) = history(repo).changes

    assert short(change) == "db/2.sql > none"
    assert (change.before.path, change.after.path) == ("db/2.sql", "db/3.sql")


def test_a_rename_that_git_has_not_been_told_of_is_found(repo):
    (repo.path / "db/2.sql").rename(repo.path / "db/3.sql")

    assert told(repo) == {"db/3.sql": "db/2.sql > none"}


def test_a_moved_folder_is_a_rename_of_each_file(repo):
    repo.git("mv", "db", "sql")
    repo.commit({"sql/2.sql": "-- moved\n" + B})

    assert told(repo) == {"sql/1.sql": "db/1.sql > none", "sql/2.sql": "db/2.sql > comments"}


def test_a_rename_with_an_edit_is_found_by_common_lines(repo):
    repo.git("mv", "db/2.sql", "db/3.sql")
    repo.write("db/3.sql", B + "SELECT 1;\n")

    assert told(repo) == {"db/3.sql": "db/2.sql > sql"}


def test_a_file_with_little_in_common_is_a_new_one(repo):
    (repo.path / "db/2.sql").unlink()
    repo.write("db/3.sql", C)

    assert told(repo) == {"db/2.sql": "deleted", "db/3.sql": "new"}


def test_the_same_identity_makes_a_rename_whatever_the_content(repo):
    (repo.path / "db/2.sql").unlink()
    repo.write("db/02.sql", C)

    def version(path):
        return int(path.removeprefix("db/").removesuffix(".sql"))

    assert told(repo, identity=version) == {"db/02.sql": "db/2.sql > sql"}


def test_equal_content_goes_before_equal_identity_and_that_before_likeness(repo):
    repo.commit({"db/3.sql": C})
    repo.checkout("main")
    repo.merge("feature")
    repo.branch("next")
    for old, new in (("db/1.sql", "x/9.sql"), ("db/2.sql", "x/3.sql"), ("db/3.sql", "x/2.sql")):
        repo.git("mv", "--force", old, new) if (repo.path / "x").exists() else (
            (repo.path / "x").mkdir(),
            repo.git("mv", old, new),
        )
    repo.write("x/9.sql", A + "SELECT 1;\n")

    def name(path):
        return path.rpartition("/")[2]

    assert told(repo, identity=name) == {
        "x/2.sql": "db/3.sql > none",
        "x/3.sql": "db/2.sql > none",
        "x/9.sql": "db/1.sql > sql",
    }


def test_of_equal_files_the_one_with_the_same_name_is_the_one(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({"a/1.sql": A, "a/2.sql": A})
    repo.git("mv", "a", "b")

    assert told(repo) == {"b/1.sql": "a/1.sql > none", "b/2.sql": "a/2.sql > none"}


def test_two_files_that_swapped_names_are_two_edits(repo):
    repo.git("mv", "db/1.sql", "db/x")
    repo.git("mv", "db/2.sql", "db/1.sql")
    repo.git("mv", "db/x", "db/2.sql")

    assert told(repo) == {"db/1.sql": "sql", "db/2.sql": "sql"}


def test_a_copy_is_new(repo):
    repo.write("db/3.sql", B)

    assert told(repo) == {"db/3.sql": "new"}


# --- nothing to compare with


def test_without_a_repository_every_file_is_judged(tmp_path):
    repo = Repo(tmp_path / "plain")
    repo.write("1.sql", A)

    found = history(repo)

    assert found.judged(["1.sql", "2.sql"]) == {"1.sql", "2.sql"}
    assert found.assumed == "no git repository: every file is judged, and counts as its own deployment"
    assert found.missing.why
    assert (found.base, found.changes, found.applied) == ("", (), frozenset())
    surveyed = survey(repo.path, Source.WORK_TREE, None, {})
    assert (surveyed.repository, surveyed.paths) == (None, ())
    assert read_files(surveyed, ["1.sql"]) == {}


def test_without_git_every_file_is_judged(repo, monkeypatch):
    monkeypatch.setenv("PATH", "")

    assert history(repo).assumed.startswith("git is not installed: every file is judged")


def test_before_the_first_commit_every_file_is_judged(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.write("1.sql", A)

    found = history(repo)

    assert found.assumed.startswith("the branch has no commit yet: every file is judged")
    assert survey(repo.path, Source.WORK_TREE, None, {}).paths == ("1.sql",)


def test_without_a_base_branch_every_file_is_judged_and_the_mend_is_given(tmp_path):
    repo = make_repo(tmp_path / "repo", branch="develop")
    repo.commit({"1.sql": A})

    found = history(repo)

    assert found.assumed.startswith("no base branch: every file is judged")
    assert "--base" in found.missing.mend
    assert history(repo, base="HEAD").missing is None


def test_what_was_asked_for_and_is_not_there_is_an_error(tmp_path):
    plain = Repo(tmp_path / "plain")
    plain.write("1.sql", A)
    unborn = make_repo(tmp_path / "unborn")
    repo = make_repo(tmp_path / "repo")
    repo.commit({"1.sql": A})

    for arguments, trouble in (
        ((plain, Source.WORK_TREE, "main"), Trouble.NO_REPOSITORY),
        ((plain, Source.INDEX), Trouble.NO_REPOSITORY),
        ((plain, Source.HEAD), Trouble.NO_REPOSITORY),
        ((unborn, Source.WORK_TREE, "main"), Trouble.UNBORN),
        ((unborn, Source.HEAD), Trouble.UNBORN),
        ((repo, Source.WORK_TREE, "nowhere"), Trouble.UNKNOWN_REVISION),
    ):
        with pytest.raises(GitError) as caught:
            history(*arguments)
        assert caught.value.trouble is trouble, arguments


def test_a_broken_repository_and_a_shallow_clone_are_never_taken_for_none(repo, tmp_path):
    clone = repo.clone(tmp_path / "clone", "--depth=1", "--branch=feature", file_url=True)
    with pytest.raises(GitError) as shallow:
        history(clone, GITHUB_BASE_REF="main")
    assert "fetch-depth: 0" in shallow.value.mend

    (repo.path / ".git" / "HEAD").write_text("garbage\n")
    with pytest.raises(GitError) as broken:
        history(repo)
    assert broken.value.trouble is Trouble.BROKEN


def test_a_file_that_is_lost_from_the_history_is_an_error(repo):
    repo.write("db/2.sql", C)
    blob = repo.git("rev-parse", "main:db/2.sql")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(GitError) as caught:
        history(repo)

    assert caught.value.trouble is Trouble.BROKEN


# --- what is said


def test_what_is_taken_as_applied_is_said_in_a_sentence(repo):
    assert history(repo).assumed == "on main itself with no migration changed: nothing is new, so nothing is judged"
    repo.commit({"readme": "y"})
    assert (
        history(repo).assumed
        == "2 migrations on main are taken as applied; none is new or changed here, so nothing is judged"
    )
    repo.write("db/3.sql", C)
    assert history(repo).assumed == "2 migrations on main are taken as applied"


def test_numbers_are_said_as_people_write_them():
    assert assumed("origin/main", 1184, changed=True, on_tip=False) == (
        "1,184 migrations on origin/main are taken as applied"
    )
    assert assumed("main", 1, changed=True, on_tip=True) == "1 migration on main is taken as applied"
    assert assumed("main", 0, changed=True, on_tip=True) == "no migrations on main are taken as applied"
    assert assumed_without_base("no base branch") == (
        "no base branch: every file is judged, and counts as its own deployment"
    )


# --- deployments


def batches(repo, *paths, base=None):
    found = landed(survey(repo.path, Source.WORK_TREE, base, {}), paths)
    return {path: (batch.order, batch.applied) for path, batch in found.items()}


def test_what_landed_together_is_one_deployment_in_order(repo):
    repo.commit({"db/3.sql": C})
    repo.commit({"db/4.sql": C})
    repo.checkout("main")
    repo.merge("feature")
    repo.commit({"readme": "z"})
    repo.commit({"db/5.sql": C})
    repo.write("db/6.sql", C)

    assert batches(repo, *(f"db/{number}.sql" for number in range(1, 7))) == {
        "db/1.sql": (0, True),
        "db/2.sql": (0, True),
        "db/3.sql": (1, True),
        "db/4.sql": (1, True),
        "db/5.sql": (2, True),
        "db/6.sql": (3, False),
    }


def test_what_is_only_on_this_branch_comes_last_and_together(repo):
    repo.commit({"db/3.sql": C})
    repo.commit({"db/4.sql": C})
    repo.write("db/5.sql", C)

    found = batches(repo, "db/1.sql", "db/3.sql", "db/4.sql", "db/5.sql")

    assert found == {
        "db/1.sql": (0, True),
        "db/3.sql": (1, False),
        "db/4.sql": (1, False),
        "db/5.sql": (1, False),
    }


def test_without_a_base_branch_the_commits_checked_out_tell(tmp_path):
    repo = make_repo(tmp_path / "repo", branch="develop")
    repo.commit({"1.sql": A})
    repo.commit({"2.sql": B})

    assert batches(repo, "1.sql", "2.sql", "3.sql") == {
        "1.sql": (0, True),
        "2.sql": (1, True),
        "3.sql": (2, False),
    }


def test_without_any_history_each_file_is_its_own_deployment(tmp_path):
    plain = Repo(tmp_path / "plain")
    plain.write("1.sql", A)

    assert batches(plain, "2.sql", "1.sql") == {"2.sql": (0, False), "1.sql": (1, False)}
    assert alone(["b", "a"])["b"].order == 0


def test_deployments_have_names_for_people(repo):
    commit = repo.head()

    found = landed(survey(repo.path, Source.WORK_TREE, None, {}), ["db/1.sql", "db/9.sql"])

    assert found["db/1.sql"].name == f"{commit[:10]} of 2023-11-14"
    assert found["db/9.sql"].name == "this change"


def test_what_a_shallow_clone_hides_is_not_taken_as_deployed_together(repo, tmp_path):
    repo.checkout("main")
    repo.commit({"db/3.sql": C})
    clone = repo.clone(tmp_path / "clone", "--depth=2", "--branch=main", file_url=True)

    found = landed(survey(clone.path, Source.WORK_TREE, None, {}), ["db/1.sql", "db/2.sql", "db/3.sql"])

    assert [found[path].order for path in sorted(found)] == [0, 1, 2]
    assert "shallow" in found["db/1.sql"].name


def test_landings_with_gaps_give_deployments_without_gaps():
    landings = {"a": Landing(7, "1" * 40, 0), "b": Landing(3, "2" * 40, 0), "c": Landing(7, "1" * 40, 0)}

    found = as_landed(["a", "b", "c", "d"], landings)

    assert {path: batch.order for path, batch in found.items()} == {"b": 0, "a": 1, "c": 1, "d": 2}


def test_against_the_base_there_are_two_deployments():
    found = since_base(["a", "b"], {"a"}, "main")

    assert (found["a"].order, found["a"].applied, found["a"].name) == (0, True, "main")
    assert (found["b"].order, found["b"].applied) == (1, False)


def test_a_normal_run_needs_few_processes(repo, monkeypatch):
    commands = []
    real = process.run

    def counted(arguments, **more):
        commands.append(next(word for word in arguments if not word.startswith("-")))
        return real(arguments, **more)

    monkeypatch.setattr(process, "run", counted)
    monkeypatch.setattr("avion_lint.git.repository.run", counted)
    monkeypatch.setenv("GITHUB_BASE_REF", "main")

    repo.write("db/3.sql", C)
    history(repo, base="main")
    assert commands == ["rev-parse", "ls-files", "ls-tree"]

    commands.clear()
    repo.write("db/2.sql", C)
    history(repo, base="main")
    assert commands == ["rev-parse", "ls-files", "ls-tree", "check-attr", "hash-object", "cat-file"]

    commands.clear()
    repo.git("add", "--all")
    history(repo, Source.INDEX, base="main")
    assert commands == ["rev-parse", "diff-index", "ls-tree", "cat-file", "cat-file"]
