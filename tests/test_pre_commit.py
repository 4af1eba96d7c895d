"""The hooks of .pre-commit-hooks.yaml, run by the real pre-commit in real repositories."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli_helper import ROOT, environment, indexes, makes
from tests.git_helper import Repo, make_repo

FOLDER = "services/users/migrations"
HOOKS = """\
repos:
  - repo: {url}
    rev: {rev}
    hooks:
      - id: avion-lint
      - id: avion-lint-history
"""
DELIVERY = "      - id: avion-lint-delivery\n"
APPLIED = {f"{FOLDER}/0000{number}_{table}.sql": makes(table) for number, table in ((1, "users"), (3, "teams"))}
GOOD, BAD, LATE = (f"{FOLDER}/{name}.sql" for name in ("00004_posts", "00004_index", "00002_late"))
EDITED = f"{FOLDER}/00001_users.sql"


def pre_commit(*arguments, cwd, home):
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=cwd,
        env=hook_environment(home),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def hook_environment(home):
    """As a user has it: the hook must not find our sources by itself.

    pip takes what it has fetched before, and leaves it to Python to compile what is used.
    """
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "UV_"))}
    clean = environment(home, PRE_COMMIT_HOME=str(home / "pre-commit"), PRE_COMMIT_COLOR="never")
    del clean["PYTHONPATH"]
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return clean | {"PIP_CACHE_DIR": f"{caches}/pip", "PIP_COMPILE": "0"} | kept


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A folder of this test run, and a lock on it: other processes that run tests have the same."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "hooks"
    folder.mkdir(exist_ok=True)

    @contextmanager
    def alone():
        with (folder / "lock").open("w") as lock:
            flock(lock, LOCK_EX)
            yield folder

    return alone


@pytest.fixture(scope="module")
def product(shared):
    """A git repository that holds the files of this one as they are now, as its users clone it."""
    if find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed")
    if not (ROOT / ".git").exists():
        pytest.skip("these sources are no git repository, so that nobody can tell which files belong to them")
    with shared() as folder:
        if (folder / "avion-lint").exists():
            return Repo(folder / "avion-lint")
        repo = make_repo(folder / "avion-lint")
        for name in our_files():
            (repo.path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, repo.path / name)
        repo.commit(message="all that there is")
        return repo


def our_files():
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = {*listed.split("\0")} - {""}
    return sorted(name for name in names if (ROOT / name).is_file() and not name.startswith("tests/"))


@pytest.fixture(scope="module")
def home(product, shared):
    """The folder in which pre-commit has installed the hooks, once for all tests here."""
    with shared() as folder:
        repo = make_repo(folder / f"first-{os.getpid()}")
        repo.commit({".pre-commit-config.yaml": HOOKS.format(url=product.path, rev=product.head())})
        done = pre_commit("install-hooks", cwd=repo.path, home=folder)
    if any(sign in done.stdout + done.stderr for sign in ("No matching distribution", "Could not fetch URL")):
        pytest.skip("pip cannot install here what avion-lint needs (no network?)")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def repo(product, tmp_path):
    """A repository that uses the hooks, with applied migrations; a branch is checked out."""
    repo = make_repo(tmp_path / "repo")
    repo.commit({".pre-commit-config.yaml": HOOKS.format(url=product.path, rev=product.head()), **APPLIED})
    repo.branch("change")
    return repo


@pytest.fixture
def run(repo, home):
    """Stage files and run the hooks; gives the exit code and what was printed."""

    def run(files, *arguments):
        for name, content in files.items():
            repo.write(name, content)
        repo.git("add", "--all")
        done = pre_commit("run", *arguments, cwd=repo.path, home=home)
        return done.returncode, done.stdout

    return run


def outcomes(out):
    """What came of each hook: Passed, Failed or Skipped."""
    heads = (line for line in out.splitlines() if line.startswith("avion-lint (") and "..." in line)
    return [head.rsplit(".", 1)[1].rsplit(")", 1)[-1] for head in heads]


def test_a_good_migration_passes_both_hooks(run):
    code, out = run({GOOD: makes("posts")})

    assert (code, outcomes(out)) == (0, ["Passed", "Passed"])


def test_a_bad_one_fails_with_the_finding_and_does_not_concern_history(run):
    code, out = run({BAD: indexes("users", "email")})

    assert (code, outcomes(out)) == (1, ["Failed", "Passed"])
    assert f"{BAD}:5:1 error LK101 index-not-concurrent" in out
    assert "Blocks every write to users while the index builds." in out
    assert "- exit code: 1" in out


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        (EDITED, makes("people"), "HI101 applied-migration-edited"),
        (LATE, makes("late"), "HI104 out-of-order-migration"),
    ],
)
def test_what_is_wrong_with_history_fails_both_hooks(run, name, content, rule):
    code, out = run({name: content})

    assert (code, outcomes(out)) == (1, ["Failed", "Failed"])
    assert out.count(f"error {rule}") == 2


def test_a_commit_that_only_deletes_fails_for_history(repo, run):
    repo.git("rm", "--quiet", EDITED)
    code, out = run({})

    assert (code, outcomes(out)) == (1, ["Skipped", "Failed"])
    assert "HI102 applied-migration-deleted" in out


def test_a_commit_without_migrations_is_not_held_up(run):
    code, out = run({"README.md": "A shop.\n", "main.go": "package main\n"})

    assert (code, outcomes(out)) == (0, ["Skipped", "Passed"])


def test_what_is_not_staged_does_not_count(repo, home):
    repo.write(GOOD, makes("posts"))
    repo.git("add", "--all")
    repo.write(GOOD, indexes("users", "email"))

    done = pre_commit("run", cwd=repo.path, home=home)

    assert (done.returncode, outcomes(done.stdout)) == (0, ["Passed", "Passed"])
    assert (repo.path / GOOD).read_text() == indexes("users", "email")


def test_all_files_of_the_base_branch_pass(repo, run):
    repo.checkout("main")
    code, out = run({}, "--all-files")

    assert (code, outcomes(out)) == (0, ["Passed", "Passed"])


def test_the_first_commit_of_a_repository_is_possible_with_and_without_migrations(product, home, tmp_path):
    repo = make_repo(tmp_path / "new")
    repo.write(".pre-commit-config.yaml", HOOKS.format(url=product.path, rev=product.head()))
    repo.git("add", "--all")
    assert pre_commit("run", cwd=repo.path, home=home).returncode == 0
    repo.write(EDITED, makes("users"))
    repo.git("add", "--all")
    assert pre_commit("run", cwd=repo.path, home=home).returncode == 0


def test_git_refuses_the_commit_and_the_push(repo, home, tmp_path):
    hooks = [word for stage in ("pre-commit", "pre-push") for word in ("--hook-type", stage)]
    assert pre_commit("install", *hooks, cwd=repo.path, home=home).returncode == 0
    server = make_repo(tmp_path / "server", "--bare")
    repo.git("remote", "add", "origin", str(server.path))
    variables = hook_environment(home)

    def git(*words):
        done = subprocess.run(
            ["git", *words], cwd=repo.path, env=variables, capture_output=True, text=True, check=False
        )
        return done.returncode, "HI101" in done.stdout + done.stderr

    repo.write(EDITED, makes("people"))
    assert git("commit", "--quiet", "--all", "--message", "x") == (1, True)
    assert git("commit", "--quiet", "--all", "--message", "x", "--no-verify") == (0, False)
    assert git("push", "--quiet", "origin", "HEAD") == (1, True)
    repo.write(EDITED, APPLIED[EDITED])
    assert git("commit", "--quiet", "--all", "--message", "y") == (0, False)
    assert git("push", "--quiet", "origin", "HEAD") == (0, False)


def test_the_hook_for_what_is_around_migrations_says_what_the_others_say(product, home, tmp_path):
    hooks = HOOKS.format(url=product.path, rev=product.head()) + DELIVERY
    repo = make_repo(tmp_path / "repo")
    repo.commit({".pre-commit-config.yaml": hooks, **APPLIED})
    repo.write(LATE, makes("late"))
    repo.write(BAD, indexes("users", "email"))
    repo.git("add", "--all")

    done = pre_commit("run", "--all-files", cwd=repo.path, home=home)

    assert (done.returncode, outcomes(done.stdout)) == (1, ["Failed", "Failed", "Failed"])
    assert "LK101 index-not-concurrent" in done.stdout
    assert done.stdout.count("HI104 out-of-order-migration") == 3


@pytest.mark.slow  # installs all again
def test_try_repo_shows_what_the_hooks_would_say(product, home, tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit(APPLIED)
    repo.write(LATE, makes("late"))
    repo.write(BAD, indexes("users", "email"))
    repo.git("add", "--all")

    done = pre_commit("try-repo", str(product.path), "--ref", product.head(), "--all-files", cwd=repo.path, home=home)

    assert (done.returncode, outcomes(done.stdout)) == (1, ["Failed", "Failed", "Failed"])
    assert "LK101 index-not-concurrent" in done.stdout
    assert done.stdout.count("HI104 out-of-order-migration") == 3
