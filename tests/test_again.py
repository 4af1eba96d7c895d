"""What was said of the same before is said again: byte for byte what judging says, and only of the same."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from avion_lint.cache import kept
from avion_lint.cache.store import Store
from tests.again_helper import MARK, SETTLED, Told, mark, told
from tests.cli_helper import indexes, makes
from tests.git_helper import Repo, make_repo
from tests.walk_helper import NEW, ORDERS, USERS, WORKFLOW


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Two services on main, and a branch with one new migration."""
    made = make_repo(tmp_path / "repo")
    for number in range(1, 5):
        made.write(f"{USERS}/{number:05}_make_{number}.sql", makes(f"t{number}"))
        made.write(f"{ORDERS}/{number:05}_make_{number}.sql", makes(f"o{number}"))
    made.write("README.md", "all about it\n")
    made.commit()
    made.branch("change")
    made.write(NEW, indexes("t2", "name"))
    return made


class Runs:
    """Runs in one repository with one cache."""

    def __init__(self, repo: Repo, *arguments: str, **variables: str) -> None:
        self.repo, self.arguments, self.variables = repo, arguments, variables
        self.cache = repo.path.parent / "cache"
        self.settled = SETTLED

    def here(self, *more: str, **variables: str) -> Told:
        given = self.variables | variables
        return told(*self.arguments, *more, cwd=self.repo.path, cache=self.cache, settled=self.settled, **given)

    def opened(self) -> set[str]:
        """Files of the repository that a run opens."""
        watched = self.repo.path.parent / "opened"
        told(*self.arguments, cwd=self.repo.path, cache=self.cache, watched=watched)
        return {path for path in watched.read_text().splitlines() if path.startswith(f"{self.repo.path}/")}

    def is_again(self, *more: str, **variables: str) -> bool:
        """Whether the next run says what the one before it said."""
        first = self.here(*more, **variables)
        mark(self.cache)
        second = self.here(*more, **variables)
        assert second.out.removeprefix(MARK) == first.out.removeprefix(MARK)
        return second.out.startswith(MARK)


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("--all",), ("--staged",), ("--no-git", "--all"), ("--format", "json"), ("--format", "github"),
        ("--verbose",), ("--quiet", "--exit-zero"), ("--color", "always"), ("services",), (NEW,), ("--base", "main"),
        ("--select", "LK101"), ("--format", "sarif"), ("--format", "junit"), ("--format", "markdown"),
    ],
)  # fmt: skip
def test_a_run_over_the_same_says_the_same_without_judging(repo: Repo, arguments: tuple[str, ...]) -> None:
    repo.git("add", NEW)
    runs = Runs(repo, *arguments)
    without = runs.here("--no-cache")
    first = runs.here()
    mark(runs.cache)
    second = runs.here()

    assert "LK101" in without.out or "index" in without.out
    assert (first, second) == (without, Told(without.code, MARK + without.out, without.err))


def test_files_of_reports_are_written_again(repo: Repo, tmp_path: Path) -> None:
    report, sarif, summary = (tmp_path / name for name in ("out.json", "out.sarif", "summary.md"))
    runs = Runs(repo, "--format", "github", "--sarif", str(sarif), GITHUB_STEP_SUMMARY=str(summary))
    first = runs.here()
    texts = [path.read_text() for path in (sarif, summary)]
    sarif.unlink()
    mark(runs.cache)
    again = runs.here()

    assert again == Told(first.code, MARK + first.out, first.err)
    assert sarif.read_text() == texts[0]
    assert summary.read_text() == 2 * texts[1], "a step's summary is added to"
    Runs(repo, "--output", str(report)).here()
    text = report.read_text()
    report.unlink()
    assert Runs(repo, "--output", str(report)).here().out == ""
    assert report.read_text() == text


CHANGES: dict[str, Callable[[Repo], object]] = {
    "a new migration": lambda repo: repo.write(f"{USERS}/00010_more.sql", makes("more")),
    "another text": lambda repo: repo.write(NEW, indexes("t3", "name")),
    "an applied migration": lambda repo: repo.write(f"{USERS}/00001_make_1.sql", makes("t9")),
    "an applied one is gone": lambda repo: (repo.path / f"{USERS}/00001_make_1.sql").unlink(),
    "settings": lambda repo: repo.write("avion-lint.yaml", "rules: {LK101: 'off'}\n"),
    "a settings file that git ignores": lambda repo: (
        (repo.path / ".git/info/exclude").write_text("avion-lint.yaml\n"),
        repo.write("avion-lint.yaml", "rules: {LK101: 'off'}\n"),
    ),
    "a workflow": lambda repo: repo.write(".github/workflows/deploy.yml", WORKFLOW),
    "go.mod": lambda repo: repo.write("services/users/go.mod", "require github.com/pressly/goose/v3 v3.1.0\n"),
    "what git ignores": lambda repo: (repo.path / ".git/info/exclude").write_text("*_index.sql\n"),
    "the base branch": lambda repo: repo.git("branch", "-f", "main", repo.commit()),
    "staged": lambda repo: repo.git("add", "--all"),
    "a commit": lambda repo: repo.commit(),
    "the way to it": lambda repo: (
        (repo.path / USERS).rename(repo.path / "services/users/old"),
        (repo.path / USERS).symlink_to("old"),
    ),
    "a link": lambda repo: ((repo.path / NEW).unlink(), (repo.path / NEW).symlink_to("00001_make_1.sql")),
    "a folder of the name": lambda repo: ((repo.path / NEW).unlink(), (repo.path / NEW).mkdir()),
    "attributes": lambda repo: (repo.git("add", "--all"), repo.write(".gitattributes", "*.sql filter=x\n")),
    "a shallow end": lambda repo: (repo.path / ".git/shallow").write_text(f"{repo.head()}\n"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("arguments", [("--all",), ("--format", "json")])
def test_a_change_is_judged(repo: Repo, change: str, arguments: tuple[str, ...]) -> None:
    runs = Runs(repo, *arguments)
    assert runs.is_again()
    CHANGES[change](repo)

    assert runs.here() == runs.here("--no-cache")


@pytest.mark.parametrize(
    ("touch", "again"),
    [
        (lambda path: path.write_text(path.read_text()), True),
        (lambda path: os.utime(path, (1, 1)), True),
        (lambda path: path.chmod(0o755), False),
    ],
)
def test_a_file_that_was_only_touched_is_not_judged_anew(
    repo: Repo, touch: Callable[[Path], object], again: bool
) -> None:
    runs = Runs(repo)
    runs.here()
    mark(runs.cache)
    touch(repo.path / NEW)

    assert runs.here().out.startswith(MARK) is again


@pytest.mark.parametrize("arguments", [("--staged",), ("--no-git", "--all"), ()])
def test_a_policy_to_which_a_link_leads_now_is_read_as_a_run_reads_it(
    repo: Repo, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    repo.write("avion-lint.yaml", "policy: policies/deep/ours.yaml\n")
    policy = repo.write("policies/deep/ours.yaml", "extends: default\nrules: {LK101: info}\n")
    (repo.path / ".git/info/exclude").write_text("policies\n")
    os.utime(policy, (1_700_000_000, 1_700_000_000))
    runs = Runs(repo, *arguments)
    runs.settled = 20_000_000
    time.sleep(0.1)
    assert runs.is_again()
    (repo.path / "policies").rename(tmp_path / "outside")
    (repo.path / "policies").symlink_to(tmp_path / "outside")

    found = runs.here()
    assert found == runs.here("--no-cache")
    assert found.code == 2, "a link out of the repository is not followed"


def test_a_text_of_the_same_length_and_time_is_seen(repo: Repo) -> None:
    runs = Runs(repo)
    path = repo.path / NEW
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert runs.is_again()
    path.write_text(path.read_text().replace("t2", "t3"))
    os.utime(path, (1_600_000_000, 1_600_000_000))
    repo.git("update-index", "--add", "--assume-unchanged", f"{USERS}/00001_make_1.sql")
    (repo.path / f"{USERS}/00001_make_1.sql").write_text(makes("t9"))

    found = runs.here()
    assert found == runs.here("--no-cache")
    assert "t3" in found.out


def test_what_a_link_leads_to_is_looked_at_each_time(repo: Repo) -> None:
    path = repo.path / NEW
    target = repo.write("elsewhere/index.txt", path.read_text())
    path.unlink()
    path.symlink_to(os.path.relpath(target, path.parent))
    runs = Runs(repo)
    runs.settled = 20_000_000
    time.sleep(0.1)
    assert runs.is_again()
    assert runs.is_again()
    target.write_text(target.read_text().replace("t2", "t3"))

    assert runs.here() == runs.here("--no-cache")
    assert "t3" in runs.here().out


@pytest.mark.parametrize(
    "variables",
    [{"GITHUB_ACTIONS": "true"}, {"FORCE_COLOR": "1"}, {"GITHUB_BASE_REF": "change"}, {"GIT_INDEX_FILE": "other"}],
)
def test_variables_count(repo: Repo, variables: dict[str, str]) -> None:
    runs = Runs(repo)
    assert runs.is_again()
    assert runs.here(**variables) == runs.here("--no-cache", **variables)


def test_what_nobody_could_ask_again_is_not_kept(repo: Repo) -> None:
    runs = Runs(repo)
    repo.git("add", "--all")
    assert runs.is_again()
    assert not runs.is_again("--settings-from", "main")
    assert not runs.is_again("--no-cache")
    repo.commit()
    repo.git("replace", "--graft", "HEAD")
    assert not runs.is_again("--all")


@pytest.mark.parametrize("harm", ["", "5:x", "99999999999999999999:", "cut", "writable", "another's"])
def test_what_is_broken_or_could_be_another_s_counts_as_nothing(repo: Repo, harm: str) -> None:
    runs = Runs(repo)
    assert runs.is_again()
    known = sorted(runs.cache.iterdir())
    if harm == "another's":
        runs.here("--all")
        for path in known:
            (other,) = (each for each in runs.cache.glob(f"*{path.suffix}") if each not in known)
            other.replace(path)
        known = []
    for path in known:
        store = Store(str(runs.cache), path.suffix)
        if harm == "cut":
            path.write_bytes(path.read_bytes()[:-3])
        elif harm == "writable":
            path.chmod(0o622)
        else:
            store.write(path.stem, harm.encode())

    assert runs.here() == runs.here("--no-cache")


def test_a_cache_that_cannot_be_written_is_no_harm(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    runs = Runs(repo)

    assert runs.here() == runs.here() == runs.here("--no-cache")


def test_runs_at_once_say_the_same(repo: Repo) -> None:
    runs = Runs(repo, "--all")
    without = runs.here("--no-cache")
    children = []
    for _ in range(6):
        child = os.fork()
        if not child:
            os._exit(runs.here() != without)
        children.append(child)

    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 6


EVERYTHING = {
    "avion-lint.yaml": (
        "policy: policies/ours.yaml\nbaseline: base.json\n"
        "services: [{path: services/users/migrations, schema: dump.sql}]\n"
    ),
    "dump.sql": "CREATE TABLE public.old (id integer);\n",
    "policies/ours.yaml": "extends: more.yaml\nrules: {}\n",
    "policies/more.yaml": "extends: default\nrules: {}\n",
    ".github/workflows/deploy.yml": WORKFLOW,
    "deploy/run.sh": "#!/bin/sh\ngoose up\n",
    "deploy/values.yaml": "a: 1\n",
    "services/users/go.mod": "module x\n",
    "services/bills/V1__a.sql": "CREATE TABLE a (id int);\n",
    "services/bills/V1__a.sql.conf": "executeInTransaction=false\n",
    "services/bills/flyway.conf": "flyway.locations=filesystem:.\n",
    "grafana/dashboard.json": "{}\n",
}


@pytest.mark.parametrize("arguments", [("--all",), ("--all", "--no-git")])
def test_every_file_of_a_repository_that_a_run_opens_is_among_those_that_are_looked_at_again(
    repo: Repo, arguments: tuple[str, ...]
) -> None:
    for path, text in EVERYTHING.items():
        repo.write(path, text)
    repo.commit()
    runs = Runs(repo, *arguments)
    opened = runs.opened()
    (path,) = runs.cache.glob("*.run")
    kept_run = kept.read(Store(str(runs.cache), ".run").read(path.stem) or b"")
    known = {f"{files.root}/{path}" for files in (kept_run.asked, *kept_run.others) for path in files.paths}

    assert f"{repo.path}/avion-lint.yaml" in opened
    assert len(opened) > len(EVERYTHING)
    assert {path for path in opened if "/.git/" not in path} <= known
