"""What a run loads: only what it needs, since loading is most of the time that a run over one file takes."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import imports
from tests.cli_helper import environment
from tests.git_helper import make_repo

RUN = "import sys; from avion_lint.cli import run; run(sys.argv[1:])"
KINDS = {"avion_lint.delivery", "avion_lint.delivery.kinds"}


def modules(folder: Path, *words: str) -> set[str]:
    """Modules that a process of Python has loaded at its end."""
    code = f"{words[0]}\nimport sys; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, *words[1:]],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a goose migration that is applied, and a new one."""
    repo = make_repo(tmp_path_factory.mktemp("start_up") / "repo")
    made = "-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, name text);\n-- +goose Down\nDROP TABLE users;\n"
    repo.commit({"migrations/00001_users.sql": made})
    added = "-- +goose Up\nCREATE INDEX users_name_idx ON users (name);\n-- +goose Down\nDROP INDEX users_name_idx;\n"
    repo.write("migrations/00002_index.sql", added)
    (repo.path / ".git/info/exclude").write_text(".cache\n")  # the cache, which is in the home: the repository here
    return repo.path


@pytest.fixture(scope="module")
def loaded(repository: Path) -> set[str]:
    """What a run over one new goose migration loads, beyond what Python does."""
    return modules(repository, RUN, "--no-cache", "--exit-zero") - modules(repository, "pass")


def unexpected(found: set[str], kind: str) -> set[str]:
    """Modules among these that the list for this kind of run forbids."""
    lists = imports.lists()[kind]
    within = {name: {name, *(each for each in found if each.startswith(f"{name}."))} for name in lists["forbidden"]}
    return {each for name, each_of in within.items() if name not in lists["known"] for each in each_of & found}


def test_a_run_over_one_file_loads_nothing_that_the_lists_forbid(loaded: set[str]) -> None:
    assert "avion_lint.judgement.judge" in loaded, "it has judged something"
    # pglast's trees and enumerations are only made ready to be loaded
    assert unexpected(loaded, "one") == set()


def test_a_run_that_says_again_what_was_said_loads_nothing_of_what_judges(repository: Path) -> None:
    modules(repository, RUN, "--exit-zero")
    found = modules(repository, RUN, "--exit-zero") - modules(repository, "pass")

    assert "avion_lint.cache.kept" in found, "it has looked for an earlier run"
    assert unexpected(found, "warm") == set()


def test_a_run_on_sql_loads_nothing_of_what_stands_around_it(loaded: set[str]) -> None:
    around = ("avion_lint.delivery", "avion_lint.shell", "avion_lint.executor", "avion_lint.checks", "yaml")
    assert {name for name in loaded if name.startswith(around)} <= KINDS


def test_the_version_is_told_without_loading_anything_of_ours_but_the_command_line(tmp_path: Path) -> None:
    found = modules(tmp_path, RUN, "--version") - modules(tmp_path, "pass")
    ours = {name for name in found if name.startswith("avion_")}
    names = ("cli", "cli.exit_codes", "cli.output", "enumeration", "loading")
    assert ours == {"avion_lint", *(f"avion_lint.{name}" for name in names)}
    assert unexpected(found, "version") == set()
