"""What was said of the same before is said again: byte for byte what judging says, and only of the same."""

import os
import random
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from avion_lint.cache import kept
from avion_lint.cache.store import Store
from tests.again_helper import MARK, SETTLED, Told, mark, told
from tests.cli_helper import goose, indexes, makes
from tests.git_helper import Repo, make_repo

USERS = "services/users/migrations"
ORDERS = "services/orders/migrations"
NEW = f"{USERS}/00009_index.sql"
WORKFLOW = """\
name: deploy
on: push
jobs:
  migrate:
    runs-on: ubuntu-latest
    steps:
      - run: goose up | tee log
"""


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


# --- whatever is done to a repository ----------------------------------------------------------------------------


class Hand:
    """Does to a repository what people do, by chance."""

    def __init__(self, repo: Repo, seed: int) -> None:
        self.repo, self.chance, self.numbers = repo, random.Random(seed), count(20)
        self.variables: dict[str, str] = {}

    def act(self) -> str:
        name = self.chance.choice([each for each in dir(self) if each.startswith("do_")])
        getattr(self, name)()
        return name

    def git(self, *words: str) -> None:
        self.repo.git(*words, check=False)

    def some(self, *ends: str) -> Path:
        """A file of the repository."""
        files = [
            path
            for path in sorted(self.repo.path.rglob("*"))
            if ".git" not in path.relative_to(self.repo.path).parts
            and path.is_file()
            and not path.is_symlink()
            and path.name.endswith(ends or (".sql",))
        ]
        return self.chance.choice(files) if files else self.repo.write(NEW, indexes("t2", "name"))

    def text(self) -> str:
        number = self.chance.randrange(1, 6)
        return self.chance.choice(
            [
                makes(f"x{number}"),
                indexes(f"t{number}", "name"),
                goose(f"ALTER TABLE t{number} ADD COLUMN c{number} int NOT NULL;"),
                goose(f"-- avion-lint: ignore[LK101] it is empty\nCREATE INDEX ON t{number} (name);"),
                goose("SELEC 1;"),
                makes(f"x{number}").replace("\n", "\r\n"),
            ]
        )

    def do_new(self) -> None:
        folder = self.chance.choice([USERS, ORDERS])
        self.repo.write(f"{folder}/{next(self.numbers):05}_more.sql", self.text())

    do_new_more = do_new

    def do_edit(self) -> None:
        self.some().write_text(self.text())

    def do_edit_unseen(self) -> None:
        path = self.some()
        status, text = path.stat(), path.read_text()
        path.write_text(text.replace("t1", "t2").replace("x1", "x2"))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def do_touch(self) -> None:
        when = self.chance.choice([1, 1_700_000_000, 4_000_000_000])
        os.utime(self.some(), (when, when))

    def do_mode(self) -> None:
        self.some().chmod(self.chance.choice([0o644, 0o755]))

    def do_delete(self) -> None:
        self.some().unlink()

    def do_rename(self) -> None:
        path = self.some()
        path.rename(path.with_name(f"{next(self.numbers):05}_moved.sql"))

    def do_link(self) -> None:
        path, other = self.some(), self.some()
        if path != other:
            path.unlink()
            path.symlink_to(os.path.relpath(other, path.parent))

    def do_link_folder(self) -> None:
        folder = self.repo.path / "services/orders"
        if folder.is_symlink():
            folder.unlink()
            if (self.repo.path / "services/elsewhere").exists():
                (self.repo.path / "services/elsewhere").rename(folder)
        elif folder.is_dir() and not (self.repo.path / "services/elsewhere").exists():
            folder.rename(self.repo.path / "services/elsewhere")
            folder.symlink_to("elsewhere")

    def do_stage(self) -> None:
        self.git("add", "--all")

    do_stage_more = do_stage

    def do_unstage(self) -> None:
        self.git("rm", "--cached", "--quiet", "-r", str(self.some()))

    def do_commit(self) -> None:
        self.git("commit", "--quiet", "--allow-empty", "-m", "more")

    def do_amend(self) -> None:
        self.git("commit", "--quiet", "--amend", "--allow-empty", "-m", "again")

    def do_branch(self) -> None:
        self.git("switch", "--quiet", "-c", f"b{next(self.numbers)}")

    def do_switch(self) -> None:
        self.git("switch", "--quiet", self.chance.choice(["main", "change", "-"]))

    def do_move_main(self) -> None:
        self.git("branch", "-f", "main", self.chance.choice(["HEAD", "HEAD~1", "change"]))

    def do_stash(self) -> None:
        self.git("stash", "--quiet", *self.chance.choice([(), ("--include-untracked",)]))

    def do_pop(self) -> None:
        self.git("stash", "pop", "--quiet")

    def do_checkout(self) -> None:
        self.git("checkout", "--", ".")

    def do_reset(self) -> None:
        self.git("reset", "--quiet", self.chance.choice(["--hard", "--soft", "--mixed"]), "HEAD")

    def do_merge(self) -> None:
        self.git("merge", "--quiet", "main")

    def do_tag(self) -> None:
        self.git("tag", f"v{next(self.numbers)}")

    def do_assume(self) -> None:
        flag = self.chance.choice(["assume-unchanged", "no-assume-unchanged", "skip-worktree", "no-skip-worktree"])
        self.git("update-index", f"--{flag}", str(self.some()))

    def do_configure(self) -> None:
        name, values = self.chance.choice(
            [("core.autocrlf", ["true", "false"]), ("core.fileMode", ["true", "false"]), ("core.ignoreCase", ["true"])]
        )
        self.git("config", name, self.chance.choice(values))

    def do_attributes(self) -> None:
        line = self.chance.choice(["*.sql text eol=crlf", "*.sql -text", "*.sql filter=none", ""])
        self.repo.write(self.chance.choice([".gitattributes", ".git/info/attributes"]), f"{line}\n")

    def do_ignore(self) -> None:
        self.repo.write(self.chance.choice([".gitignore", ".git/info/exclude"]), self.chance.choice(["*more*\n", ""]))

    def do_settings(self) -> None:
        text = self.chance.choice(
            [
                "rules: {LK101: info}\n",
                "policy: strict\n",
                "policy: policies/ours.yaml\n",
                "applied: {tags: 'v*'}\n",
                "postgres: 11\n",
                "ignore: ['services/orders/**']\n",
                "baseline: base.json\n",
                "rules: {\n",
            ]
        )
        self.repo.write("avion-lint.yaml", text)

    def do_no_settings(self) -> None:
        (self.repo.path / "avion-lint.yaml").unlink(missing_ok=True)

    def do_policy(self) -> None:
        level = self.chance.choice(["error", "info", "off"])
        self.repo.write("policies/ours.yaml", f"extends: default\nrules: {{LK101: '{level}'}}\n")

    def do_around(self) -> None:
        text = WORKFLOW.replace("| tee log", self.chance.choice(["| tee log", "|| true", "-v"]))
        self.repo.write(self.chance.choice([".github/workflows/deploy.yml", "deploy/action.yml"]), text)

    def do_script(self) -> None:
        self.repo.write("deploy/run.sh", self.chance.choice(["#!/bin/sh\ngoose up | tee l\n", "#!/bin/sh\nset -e\n"]))

    def do_variable(self) -> None:
        name, values = self.chance.choice(
            [
                ("GITHUB_ACTIONS", ["true", ""]),
                ("NO_COLOR", ["1"]),
                ("GITHUB_BASE_REF", ["change", ""]),
                ("AVION_LINT_PROCESSES", ["1", "2"]),
            ]
        )
        self.variables[name] = self.chance.choice(values)

    def do_prose(self) -> None:
        self.repo.write("README.md", f"{next(self.numbers)}\n")


ARGUMENTS = [
    (), (), ("--all",), ("--staged",), ("--no-git", "--all"), ("--format", "json"), ("--verbose",), ("services/users",),
    ("--all", "--format", "json", "--verbose"), ("--base", "main"),
]  # fmt: skip


def live(repo: Repo, seed: int, steps: int) -> None:
    """Do so many things to a repository; after each a run says what it says without a cache, twice."""
    hand, done = Hand(repo, seed), []
    for _ in range(steps):
        done.append(hand.act())
        runs = Runs(repo, *hand.chance.choice(ARGUMENTS), **hand.variables)
        runs.settled = hand.chance.choice([SETTLED, 20_000_000])  # a fiftieth of a second, for stamps to be trusted
        without = runs.here("--no-cache")
        for _ in range(2):
            found = runs.here()
            assert found == without, f"seed {seed}, {runs.arguments}, {hand.variables}: {' '.join(done)}"


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_done_to_a_repository_a_run_says_what_it_says_without_a_cache(repo: Repo, seed: int) -> None:
    live(repo, seed, 12)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
def test_whatever_is_done_for_long(repo: Repo, seed: int) -> None:
    live(repo, seed, 60)
