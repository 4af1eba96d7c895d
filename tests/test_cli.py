"""What the command judges: real repositories, every way of saying what is applied."""

import re
import sys

import pytest

from tests.cli_helper import SOURCES, avion_lint, flyway, indexes, judged, makes
from tests.git_helper import Repo, make_repo

USERS = "services/users/migrations"
BILLING = "services/billing/src/main/resources/db/migration"
EDITED = makes("users").replace("email text", "email varchar(99)")

APPLIED = {
    f"{USERS}/00001_users.sql": makes("users"),
    f"{USERS}/00002_teams.sql": makes("teams"),
    f"{USERS}/00004_roles.sql": makes("roles"),
    f"{BILLING}/V1__invoices.sql": flyway("CREATE TABLE invoices (id bigint PRIMARY KEY);"),
    f"{BILLING}/V3__lines.sql": flyway("CREATE TABLE lines (id bigint PRIMARY KEY);"),
    "README.md": "A shop.\n",
}
CHANGED = {
    f"{USERS}/00001_users.sql": EDITED,
    f"{USERS}/00003_late.sql": makes("late"),
    f"{USERS}/00005_fine.sql": makes("fine"),
    f"{BILLING}/V1__invoices.sql": flyway("-- a comment\nCREATE TABLE invoices (id bigint PRIMARY KEY);"),
    f"{BILLING}/V2__late.sql": flyway("CREATE TABLE late (id bigint PRIMARY KEY);"),
    f"{BILLING}/V4__fine.sql": flyway("CREATE TABLE fine (id bigint PRIMARY KEY);"),
}
ANSWERS = [
    ("HI101", f"{BILLING}/V1__invoices.sql", 3),
    ("HI104", f"{BILLING}/V2__late.sql", 1),
    ("HI101", f"{USERS}/00001_users.sql", 4),
    ("HI104", f"{USERS}/00003_late.sql", 1),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A repository whose branch edits what is applied, adds something out of order, and something fine."""
    repo = make_repo(tmp_path_factory.mktemp("shop") / "shop")
    repo.commit(APPLIED)
    repo.branch("change")
    repo.commit(CHANGED)
    return repo


@pytest.fixture
def repo(tmp_path):
    """A repository with applied migrations of two services, on its base branch."""
    repo = make_repo(tmp_path / "repo")
    repo.commit(APPLIED)
    return repo


def said(run):
    return run.report["summary"]["assumed"]


# --- the branch of a change


def test_edited_misplaced_and_fine_are_told_apart_by_themselves(shop):
    run = judged(cwd=shop.path)

    assert run.found == ANSWERS
    assert run.code == 1
    assert said(run) == "5 migrations on main are taken as applied"
    assert run.report["summary"]["judged"] == 6


def test_the_text_report_tells_the_same(shop):
    run = avion_lint(cwd=shop.path)

    assert run.code == 1
    heads = re.findall(r"^(\S+):(\d+):\d+ error (\w+)", run.out, re.MULTILINE)
    assert [(rule, path, int(line)) for path, line, rule in heads] == ANSWERS
    assert run.out.splitlines()[-1] == ("4 errors in 4 files; 5 migrations on main are taken as applied, 6 judged")


def test_a_base_that_is_named_is_the_one_that_counts(shop):
    assert judged("--base", "main", cwd=shop.path).found == ANSWERS
    run = judged("--base", "change", cwd=shop.path)
    assert (run.found, run.code) == ([], 0)
    assert judged("--base", "HEAD~1", cwd=shop.path).found == ANSWERS


def test_on_the_base_branch_with_a_clean_tree_nothing_is_judged_and_that_is_said(repo):
    run = avion_lint(cwd=repo.path)

    assert run.code == 0
    assert "nothing is judged" in run.out
    assert "on main itself" in run.out


def test_all_judges_what_was_landed_long_ago(repo):
    repo.commit({f"{USERS}/00005_index.sql": indexes("users", "name")})

    assert judged(cwd=repo.path).found == []
    run = judged("--all", cwd=repo.path)
    assert ("LK101", f"{USERS}/00005_index.sql", 5) in run.found
    assert run.report["summary"]["judged"] == 6
    assert run.code == 1


def test_under_all_a_table_is_new_to_what_landed_in_the_same_commit(repo):
    together = {
        f"{USERS}/00005_posts.sql": makes("posts"),
        f"{USERS}/00006_index.sql": indexes("posts", "name"),
    }
    repo.commit(together)

    run = judged("--all", cwd=repo.path)

    assert not [each for each in run.found if each[0] == "LK101"]


def test_under_all_the_branch_is_still_compared_with_its_base(shop):
    run = judged("--all", cwd=shop.path)

    assert [each for each in run.found if each[0] == "HI101"] == [a for a in ANSWERS if a[0] == "HI101"]
    assert ("HI104", f"{USERS}/00003_late.sql", 1) in run.found


# --- not committed yet


def test_what_is_staged_not_staged_and_not_even_known_to_git_is_judged(repo):
    repo.branch("change")
    repo.write(f"{USERS}/00005_index.sql", indexes("users", "name"))
    repo.git("add", "--all")
    repo.write(f"{USERS}/00006_index.sql", indexes("teams", "name"))
    repo.write(f"{USERS}/00001_users.sql", EDITED)

    assert judged(cwd=repo.path).found == [
        ("HI101", f"{USERS}/00001_users.sql", 4),
        ("LK101", f"{USERS}/00005_index.sql", 5),
        ("LK101", f"{USERS}/00006_index.sql", 5),
    ]


def test_staged_judges_the_index_and_not_the_work_tree(repo):
    repo.write(f"{USERS}/00005_index.sql", indexes("users", "name"))
    repo.write(f"{USERS}/00006_fine.sql", makes("fine"))
    repo.git("add", "--all")
    repo.write(f"{USERS}/00005_index.sql", makes("posts"))
    repo.write(f"{USERS}/00006_fine.sql", indexes("users", "name"))
    repo.write(f"{USERS}/00007_untracked.sql", indexes("users", "name"))

    run = judged("--staged", cwd=repo.path)
    assert run.found == [("LK101", f"{USERS}/00005_index.sql", 5)]
    assert run.code == 1
    assert sorted(run.report["judged"]) == [f"{USERS}/00005_index.sql", f"{USERS}/00006_fine.sql"]


def test_a_migration_deleted_only_in_the_index_is_deleted_for_staged(repo):
    repo.git("rm", "--quiet", "--cached", f"{USERS}/00002_teams.sql")

    assert ("HI102", f"{USERS}/00002_teams.sql", 1) in judged("--staged", cwd=repo.path).found
    assert "HI102" not in [id_ for id_, _, _ in judged(cwd=repo.path).found]


def test_what_git_ignores_is_no_migration(repo):
    repo.commit({".gitignore": "*_draft.sql\n"})
    repo.write(f"{USERS}/00005_draft.sql", indexes("users", "name"))

    assert judged(cwd=repo.path).found == []


def test_a_deleted_and_a_renamed_migration_are_told(repo):
    repo.branch("change")
    repo.git("rm", "--quiet", f"{BILLING}/V3__lines.sql")
    repo.git("mv", f"{USERS}/00004_roles.sql", f"{USERS}/00009_roles.sql")

    found = judged(cwd=repo.path).found

    assert ("HI102", f"{BILLING}/V3__lines.sql", 1) in found
    assert ("HI103", f"{USERS}/00009_roles.sql", 1) in found


def test_mode_and_line_ends_are_no_edit_and_a_comment_matters_to_flyway_alone(repo):
    repo.branch("change")
    (repo.path / USERS / "00001_users.sql").chmod(0o755)
    repo.write(f"{USERS}/00002_teams.sql", makes("teams").replace("\n", "\r\n"))
    repo.write(f"{USERS}/00004_roles.sql", f"-- a word\n{makes('roles')}")
    repo.write(f"{BILLING}/V1__invoices.sql", f"-- a word\n{APPLIED[f'{BILLING}/V1__invoices.sql']}")

    assert judged(cwd=repo.path).found == [("HI101", f"{BILLING}/V1__invoices.sql", 1)]


# --- paths


def test_paths_narrow_what_is_judged(shop):
    assert judged(USERS, cwd=shop.path).found == ANSWERS[2:]
    assert judged(f"{USERS}/00003_late.sql", BILLING, cwd=shop.path).found == [*ANSWERS[:2], ANSWERS[3]]
    fine = judged(f"{USERS}/00005_fine.sql", cwd=shop.path)
    assert (fine.found, fine.code, fine.report["summary"]["judged"]) == ([], 0, 1)


def test_paths_do_not_narrow_what_is_known(repo):
    repo.branch("change")
    repo.commit(
        {
            f"{USERS}/00005_posts.sql": makes("posts"),
            f"{USERS}/00006_index.sql": indexes("posts", "name"),
            f"{USERS}/00007_index.sql": indexes("users", "name"),
        }
    )

    assert judged(f"{USERS}/00006_index.sql", cwd=repo.path).found == [], "posts is new: its file is known"
    assert judged(f"{USERS}/00007_index.sql", cwd=repo.path).found == [("LK101", f"{USERS}/00007_index.sql", 5)]


def test_in_a_folder_below_paths_are_taken_from_there_and_told_from_the_root(shop):
    below = shop.path / "services" / "users"

    assert judged(cwd=below).found == ANSWERS, "without a path the whole repository is judged"
    assert judged("migrations", cwd=below).found == ANSWERS[2:]
    assert judged(".", cwd=below).found == ANSWERS[2:]
    assert judged("../billing", cwd=below).found == ANSWERS[:2]
    assert judged("migrations/00003_late.sql", cwd=below).found == [ANSWERS[3]]


def test_an_absolute_path_and_a_path_through_a_link_are_the_same_file(shop, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(shop.path)

    assert judged(shop.path / USERS, cwd=tmp_path).found == ANSWERS[2:]
    assert judged(link / USERS, cwd=tmp_path).found == ANSWERS[2:]


def test_a_path_that_is_not_there_is_wrong_usage(shop):
    run = avion_lint("services/user", cwd=shop.path)

    assert run.code == 2
    assert "services/user: no such file or folder" in run.err


def test_paths_in_two_repositories_are_wrong_usage(shop, tmp_path):
    other = make_repo(tmp_path / "other")
    other.commit({"m/00001_a.sql": makes("a")})

    run = avion_lint(shop.path / USERS, other.path / "m", cwd=tmp_path)

    assert run.code == 2
    assert f"{other.path / 'm'} lies outside of the repository {shop.path}" in run.err


def test_a_file_that_is_no_migration_is_not_passed_over_when_it_is_named(repo):
    repo.commit({"queries/report.sql": "SELECT 1;\n"})

    run = judged("queries/report.sql", cwd=repo.path)

    assert run.found == [("AV103", "queries/report.sql", 1)]
    assert "services: [{path: queries, runner: goose}]" in run.of("AV103")["remedy"]


def test_a_folder_without_migrations_is_not_passed_over_when_it_is_named(repo):
    repo.commit({"docs/a.md": "a\n"})

    run = avion_lint("docs", cwd=repo.path)

    assert run.code == 3
    assert "there are no goose or Flyway migrations under docs" in run.out
    assert judged("docs", USERS, cwd=repo.path).code == 0, "services/* may name more than services"


# --- standard input


def test_standard_input_is_judged_in_the_place_of_a_file(repo):
    text = indexes("users", "name").encode()

    run = judged("--stdin-filename", f"{USERS}/00005_index.sql", cwd=repo.path, stdin=text)
    assert run.found == [("LK101", f"{USERS}/00005_index.sql", 5)]
    below = judged("--stdin-filename", "00005_index.sql", "-", cwd=repo.path / USERS, stdin=text)
    assert below.found == run.found
    assert not (repo.path / USERS / "00005_index.sql").exists()


def test_standard_input_wins_over_the_file_that_is_there(repo):
    text = makes("users").replace("-- +goose Down", "DROP TABLE teams;\n-- +goose Down")

    run = judged("--stdin-filename", f"{USERS}/00001_users.sql", cwd=repo.path, stdin=text.encode())

    assert {("CO101", f"{USERS}/00001_users.sql", 5), ("HI101", f"{USERS}/00001_users.sql", 5)} <= set(run.found)
    assert list(run.report["judged"]) == [f"{USERS}/00001_users.sql"]


def test_standard_input_goes_with_no_other_path(repo):
    run = avion_lint("--stdin-filename", "a.sql", USERS, cwd=repo.path)

    assert run.code == 2
    assert "--stdin-filename goes without PATH" in run.err


# --- git is asked in vain


def test_without_git_every_file_counts_for_itself_and_that_is_said(repo):
    repo.commit({f"{USERS}/00005_index.sql": indexes("users", "name")})

    run = judged("--no-git", cwd=repo.path)

    assert ("LK101", f"{USERS}/00005_index.sql", 5) in run.found
    assert "its own deployment" in said(run)
    assert [entry["why"] for entry in run.report["unchecked"]] == ["the history of the migrations: --no-git was given"]
    for contradiction in ("--staged", "--base=main"):
        assert avion_lint("--no-git", contradiction, cwd=repo.path).code == 2


def test_a_folder_without_git_is_judged_but_does_not_pass(tmp_path):
    folder = tmp_path / "folder"
    (folder / "m").mkdir(parents=True)
    (folder / "m" / "00001_a.sql").write_text(makes("a"))

    run = judged(cwd=folder)

    assert run.found == [("AV104", ".", 1)]
    assert run.code == 3
    assert "not in a git repository" in run.of("AV104")["message"]
    assert "--no-git" in run.of("AV104")["remedy"]
    assert run.report["summary"]["judged"] == 1
    assert judged("--no-git", cwd=folder).code == 0


def test_where_git_is_not_installed_that_is_what_is_said(repo, tmp_path):
    empty = tmp_path / "bin"
    empty.mkdir()

    run = judged(cwd=repo.path, PATH=str(empty))

    assert run.code == 3
    assert "git is not installed" in run.of("AV104")["message"]
    assert "nstall git" in run.of("AV104")["remedy"]


def test_a_shallow_clone_of_a_branch_never_passes_and_says_how_to_fetch_the_rest(shop, tmp_path):
    shop.checkout("main")
    clone = shop.clone(tmp_path / "clone", "--depth=1", "--branch=change", file_url=True)
    shop.checkout("change")

    for variables in ({}, {"GITHUB_BASE_REF": "main"}):
        run = judged(cwd=clone.path, **variables)
        assert run.found == [("AV104", ".", 1)], variables
        assert run.code == 3
        assert "fetch-depth: 0" in run.of("AV104")["remedy"]
        assert "git fetch --unshallow" in run.of("AV104")["remedy"]
        assert run.report["summary"]["judged"] == 0, "what is new is not known"


def test_a_base_that_is_not_known_is_an_error_of_its_own(shop):
    run = judged("--base", "mian", cwd=shop.path)

    assert run.code == 3
    assert run.found == [("AV104", ".", 1)]
    assert "mian is not known" in run.of("AV104")["message"]


@pytest.mark.parametrize("base", ["", "-x", "main..change", "^main", "--help"])
def test_a_base_that_is_not_one_commit_is_never_handed_to_git(shop, base):
    run = judged(f"--base={base}", cwd=shop.path)

    assert run.code == 3
    assert "not a single commit" in run.of("AV104")["message"]


def test_a_repository_with_another_branch_only_asks_for_the_base(tmp_path):
    repo = make_repo(tmp_path / "repo", branch="trunk")
    repo.commit({"m/00001_a.sql": makes("a")})

    run = judged(cwd=repo.path)

    assert (run.found, run.code) == ([("AV104", ".", 1)], 3)
    assert "--base" in run.of("AV104")["remedy"]
    assert judged("--base", "trunk", cwd=repo.path).code == 0


@pytest.mark.parametrize("staged", [(), ("--staged",)])
def test_before_the_first_commit_nothing_can_be_applied(tmp_path, staged):
    repo = make_repo(tmp_path / "repo")
    repo.write("m/00001_a.sql", makes("a"))
    repo.git("add", "--all")

    run = judged(*staged, cwd=repo.path)

    assert (run.found, run.code) == ([], 0), "or nobody could commit for the first time with the hook"
    assert run.report["summary"]["judged"] == 1
    assert "no commit yet" in run.report["unchecked"][0]["why"]


# --- how a repository may be checked out


def test_a_merge_commit_as_github_checks_out_a_pull_request(shop, tmp_path):
    server = shop.clone(tmp_path / "server", "--bare")
    clone = server.clone(tmp_path / "clone", "--no-checkout")
    clone.git("checkout", "--quiet", "--detach", "origin/main")
    clone.merge("origin/change")

    run = judged(cwd=clone.path, GITHUB_BASE_REF="main")

    assert run.found == ANSWERS
    assert said(run) == "5 migrations on origin/main are taken as applied"


def test_a_base_that_went_on_is_compared_from_where_the_branch_left(shop, tmp_path):
    clone = shop.clone(tmp_path / "clone")
    clone.git("checkout", "--quiet", "-B", "main", "origin/main")
    clone.commit({f"{USERS}/00007_new.sql": makes("news")})
    clone.checkout("change")

    run = judged("--base", "main", cwd=clone.path)

    late = ("HI104", f"{USERS}/00005_fine.sql", 1)
    assert run.found == [*ANSWERS, late], "what was fine is out of order now, and what main added is no deletion"


def test_a_worktree_is_a_repository_like_others(shop, tmp_path):
    shop.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"), "change")

    assert judged(cwd=tmp_path / "tree").found == ANSWERS
    assert judged(f"{USERS}", cwd=tmp_path / "tree").found == ANSWERS[2:]


def test_a_work_tree_apart_from_its_repository_is_judged(shop, tmp_path):
    shop.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"), "change")
    git_dir = shop.git("-C", str(tmp_path / "tree"), "rev-parse", "--absolute-git-dir")
    (tmp_path / "tree" / ".git").unlink()
    variables = {"GIT_DIR": git_dir, "GIT_WORK_TREE": str(tmp_path / "tree")}

    assert judged(cwd=tmp_path / "tree", **variables).found == ANSWERS
    assert judged("migrations", cwd=tmp_path / "tree" / "services" / "users", **variables).found == ANSWERS[2:]


def test_a_submodule_is_judged_from_within_and_left_alone_from_without(shop, tmp_path):
    outer = make_repo(tmp_path / "outer")
    outer.commit({"m/00001_a.sql": makes("a")})
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(shop.path), "inner")
    outer.commit()
    outer.write("inner/services/users/migrations/00009_x.sql", indexes("users", "name"))

    assert (judged(cwd=outer.path).found, judged(cwd=outer.path).code) == ([], 0)
    inside = judged(cwd=outer.path / "inner")
    assert ("LK101", f"{USERS}/00009_x.sql", 5) in inside.found


def test_the_environment_that_git_gives_its_hooks_is_honoured(repo):
    repo.write(f"{USERS}/00005_index.sql", indexes("users", "name"))
    hook = repo.write(
        ".git/hooks/pre-commit",
        f'#!/bin/sh\nexec "{sys.executable}" -m avion_lint --staged -q\n',
    )
    hook.chmod(0o755)
    repo.git("config", "core.hooksPath", ".git/hooks")
    repo.git("add", f"{USERS}/00005_index.sql")
    with pytest.raises(AssertionError) as refused:
        repo.git("commit", "--quiet", "--message", "x", PYTHONPATH=SOURCES)
    assert "git commit" in str(refused.value)
    repo.write(f"{USERS}/00005_index.sql", makes("posts"))
    repo.git("commit", "--quiet", "--all", "--message", "x", PYTHONPATH=SOURCES)
    assert Repo(repo.path).git("show", "--name-only", "--format=") == f"{USERS}/00005_index.sql"
