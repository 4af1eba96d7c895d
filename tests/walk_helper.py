"""What people do to repositories with migrations, by chance: edits, branches, sparse checkouts, copies, another clock.

A deed is a function `do_…` of a world. Most of git's refusals (nothing to pop, a conflict) are states to judge as well.
"""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.cli_helper import flyway, goose, indexes, makes
from tests.git_helper import Repo, make_repo

USERS = "services/users/migrations"
ORDERS = "services/orders/migrations"
BILLS = "services/bills/db/migration"
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


@dataclass
class World:
    """Work trees below one folder, of which one is judged; how it is judged is in `variables` and `shift`.

    `shift` is by how many seconds the clock of the one who judges is wrong.
    """

    folder: Path
    chance: random.Random
    repo: Repo
    places: list[Repo] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    shift: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: count(20))

    def git(self, *words: str, cwd: Path | None = None) -> None:
        Repo(cwd or self.repo.path, self.repo.clock).git("-c", "protocol.file.allow=always", *words, check=False)

    def next(self) -> int:
        return next(self.numbers)

    def files(self, *ends: str) -> list[Path]:
        return [
            path
            for path in sorted(self.repo.path.rglob("*"))
            if ".git" not in path.relative_to(self.repo.path).parts
            and path.is_file()
            and not path.is_symlink()
            and path.name.endswith(ends or (".sql",))
        ]

    def some(self) -> Path:
        """A migration of the work tree."""
        files = self.files()
        return self.chance.choice(files) if files else self.repo.write(NEW, indexes("t2", "name"))

    def text(self, path: Path) -> str:
        """A migration's text by chance; it may make the tables that others speak of."""
        number = self.chance.randrange(1, 6)
        if BILLS in str(path):
            return flyway(self.chance.choice([
                f"CREATE TABLE b{number} (id bigint PRIMARY KEY, name text);",
                f"CREATE INDEX b{number}_name ON b{number} (name);",
                f"ALTER TABLE ${{prefix}}b{number} DROP COLUMN name;",
                "SET lock_timeout = '3s';",
                f"ALTER TABLE b{number} ADD COLUMN c{number} int NOT NULL;",
            ]))  # fmt: skip
        return self.chance.choice([
            makes(f"x{number}"),
            makes(f"t{number}"),
            indexes(f"t{number}", "name"),
            goose(f"ALTER TABLE t{number} ADD COLUMN c{number} int NOT NULL;"),
            goose(f"DROP TABLE t{number};"),
            goose(f"-- avion-lint: ignore[LK101] it is empty\nCREATE INDEX ON t{number} (name);"),
            goose(f"CREATE TABLE odd{number} (id int) ENGINE=InnoDB;"),
            goose("SELEC 1;"),
            makes(f"x{number}").replace("\n", "\r\n"),
        ])  # fmt: skip


def world(folder: Path, seed: int, migrations: int = 4) -> World:
    """Two goose services and one of Flyway on main, and a branch with one new migration."""
    repo = make_repo(folder / "repo")
    for number in range(1, migrations + 1):
        repo.write(f"{USERS}/{number:05}_make_{number}.sql", makes(f"t{number}"))
        repo.write(f"{ORDERS}/{number:05}_make_{number}.sql", makes(f"o{number}"))
        repo.write(f"{BILLS}/V{number}__make_{number}.sql", flyway(f"CREATE TABLE b{number} (id bigint, name text);"))
    repo.write("README.md", "all about it\n")
    repo.commit()
    repo.branch("change")
    repo.write(NEW, indexes("t2", "name"))
    return World(folder, random.Random(seed), repo, [repo])


def act(of: World) -> str:
    """Do something; what it was."""
    name = of.chance.choice(sorted(DEEDS))
    DEEDS[name](of)
    return name


# --- files -------------------------------------------------------------------------------------------------------


def do_new(of: World) -> None:
    folder = of.chance.choice([USERS, ORDERS, BILLS])
    number = of.next()
    path = of.repo.path / folder / (f"V{number}__more.sql" if folder == BILLS else f"{number:05}_more.sql")
    of.repo.write(str(path.relative_to(of.repo.path)), of.text(path))


def do_new_and_commit(of: World) -> None:
    do_new(of)
    of.repo.clock += 3600
    of.git("add", "--all")
    of.git("commit", "--quiet", "-m", "one more")


def do_edit(of: World) -> None:
    path = of.some()
    path.write_text(of.text(path))


def do_edit_unseen(of: World) -> None:
    """Another text of the same size, with the old time put back."""
    path = of.some()
    status, text = path.stat(), path.read_text()
    path.write_text(text.replace("t1", "t2").replace("x1", "x2").replace("b1", "b2"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def do_replace(of: World) -> None:
    """Another file of the same size and time in its place, as by `rsync -t`."""
    path = of.some()
    status, text = path.stat(), path.read_text()
    other = path.with_name(f".{path.name}.new")
    other.write_text(text.replace("t2", "t1").replace("name", "nome"))
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


def do_unpack(of: World) -> None:
    """The same by taking the old one away first, as `tar x` does, so that the new one may get its number."""
    path = of.some()
    status, text = path.stat(), path.read_text()
    path.unlink()
    path.write_text(text.replace("t3", "t1").replace("id ", "no "))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def do_swap(of: World) -> None:
    """Two files change places, with all that belongs to them."""
    path, other = of.some(), of.some()
    between = of.repo.path / "between"
    if path != other:
        path.rename(between)
        other.rename(path)
        between.rename(other)


def do_swap_folders(of: World) -> None:
    path, other, between = (of.repo.path / each for each in (USERS, ORDERS, "services/between"))
    if path.is_dir() and other.is_dir() and not path.is_symlink() and not other.is_symlink():
        path.rename(between)
        other.rename(path)
        between.rename(other)


def do_touch(of: World) -> None:
    when = of.chance.choice([1, 1_700_000_000, 4_000_000_000])
    os.utime(of.some(), (when, when))


def do_mode(of: World) -> None:
    of.some().chmod(of.chance.choice([0o644, 0o755]))


def do_delete(of: World) -> None:
    of.some().unlink()


def do_rename(of: World) -> None:
    path = of.some()
    name = f"{of.next()}__moved.sql" if BILLS in str(path) else f"{of.next():05}_moved.sql"
    path.rename(path.with_name(f"V{name}" if BILLS in str(path) else name))


def do_rename_case(of: World) -> None:
    path = of.some()
    name = path.name.swapcase() if path.name.lower() == path.name else path.name.lower()
    of.git("mv", str(path), str(path.with_name(name)))


def do_link(of: World) -> None:
    path, other = of.some(), of.some()
    if path != other:
        path.unlink()
        path.symlink_to(os.path.relpath(other, path.parent))


def do_file_again(of: World) -> None:
    """What is a link becomes a file."""
    for path in sorted(of.repo.path.glob("services/*/migrations/*.sql")):
        if path.is_symlink():
            path.unlink()
            path.write_text(of.text(path))
            return


def do_hard_link(of: World) -> None:
    path, other = of.some(), of.some()
    if path != other:
        path.unlink()
        os.link(other, path)


def do_link_folder(of: World) -> None:
    folder = of.repo.path / "services/orders"
    elsewhere = of.repo.path / "services/elsewhere"
    if folder.is_symlink():
        folder.unlink()
        if elsewhere.exists():
            elsewhere.rename(folder)
    elif folder.is_dir() and not elsewhere.exists():
        folder.rename(elsewhere)
        folder.symlink_to("elsewhere")


# --- branches ----------------------------------------------------------------------------------------------------


def do_stage(of: World) -> None:
    of.git("add", "--all")


do_stage_more = do_stage


def do_announce(of: World) -> None:
    of.git("add", "--intent-to-add", ".")


def do_unstage(of: World) -> None:
    of.git("rm", "--cached", "--quiet", "-r", str(of.some()))


def do_commit(of: World) -> None:
    of.repo.clock += 3600
    of.git("commit", "--quiet", "--allow-empty", "-m", "more")


def do_amend(of: World) -> None:
    of.git("commit", "--quiet", "--amend", "--allow-empty", "-m", "again")


def do_branch(of: World) -> None:
    of.git("switch", "--quiet", "-c", f"b{of.next()}")


def do_switch(of: World) -> None:
    of.git("switch", "--quiet", of.chance.choice(["main", "change", "-"]))


do_switch_back = do_switch


def do_detach(of: World) -> None:
    of.git("switch", "--quiet", "--detach", of.chance.choice(["main", "HEAD~1", "change"]))


def do_move_main(of: World) -> None:
    of.git("branch", "-f", "main", of.chance.choice(["HEAD", "HEAD~1", "change"]))


def do_stash(of: World) -> None:
    of.git("stash", "--quiet", *of.chance.choice([(), ("--include-untracked",), ("--keep-index",)]))


def do_pop(of: World) -> None:
    of.git("stash", "pop", "--quiet", *of.chance.choice([(), ("--index",)]))


def do_checkout(of: World) -> None:
    of.git("checkout", "--", ".")


def do_checkout_of(of: World) -> None:
    of.git("checkout", of.chance.choice(["main", "change", "HEAD~1"]), "--", "services")


def do_reset(of: World) -> None:
    of.git("reset", "--quiet", of.chance.choice(["--hard", "--soft", "--mixed"]), of.chance.choice(["HEAD", "HEAD~1"]))


def do_merge(of: World) -> None:
    of.git("merge", "--quiet", of.chance.choice(["main", "change"]))


def do_rebase(of: World) -> None:
    of.git("rebase", "--quiet", "main")


def do_cherry_pick(of: World) -> None:
    of.git("cherry-pick", of.chance.choice(["main", "change"]))


def do_go_on(of: World) -> None:
    """End what was stopped by a conflict, if anything was."""
    for what in ("rebase", "merge", "cherry-pick"):
        of.git(what, of.chance.choice(["--abort", "--skip"]))
    of.git("checkout", "--quiet", "-f", of.chance.choice(["main", "change"]))


do_go_on_again = do_go_on


def do_tag(of: World) -> None:
    of.git("tag", f"v{of.next()}")


def do_collect(of: World) -> None:
    of.git("pack-refs", "--all")


def do_origin(of: World) -> None:
    """A remote branch that is the base from now on."""
    of.git("update-ref", "refs/remotes/origin/main", of.chance.choice(["HEAD", "HEAD~1", "main"]))


def do_no_origin(of: World) -> None:
    of.git("update-ref", "-d", "refs/remotes/origin/main")


# --- what git is told --------------------------------------------------------------------------------------------


def do_assume(of: World) -> None:
    flag = of.chance.choice(["assume-unchanged", "no-assume-unchanged", "skip-worktree", "no-skip-worktree"])
    of.git("update-index", f"--{flag}", str(of.some()))


def do_sparse(of: World) -> None:
    cone = of.chance.random() < 0.5
    wanted = ["services/users", "services/bills"] if cone else ["/services/orders/", "/README.md", "*.yaml", "*_1.sql"]
    index = of.chance.choice(["--sparse-index", "--no-sparse-index"])
    of.git("sparse-checkout", "set", "--cone" if cone else "--no-cone", index, of.chance.choice(wanted), "docs")


def do_sparse_more(of: World) -> None:
    of.git("sparse-checkout", "add", of.chance.choice(["services/orders", "services"]))


def do_whole(of: World) -> None:
    of.git("sparse-checkout", "disable")


do_whole_again = do_whole


def do_configure(of: World) -> None:
    name, values = of.chance.choice(
        [
            ("core.autocrlf", ["true", "false", "input"]), ("core.fileMode", ["true", "false"]),
            ("core.ignoreCase", ["true", "false"]), ("core.symlinks", ["true", "false"]),
            ("core.untrackedCache", ["true", "false"]), ("core.splitIndex", ["true", "false"]),
            ("core.checkStat", ["minimal", "default"]), ("core.trustctime", ["false", "true"]),
        ]
    )  # fmt: skip
    of.git("config", name, of.chance.choice(values))


def do_attributes(of: World) -> None:
    line = of.chance.choice(["*.sql text eol=crlf", "*.sql -text", "*.sql filter=none", "*.sql ident", "", ""])
    of.repo.write(of.chance.choice([".gitattributes", "services/users/.gitattributes"]), f"{line}\n")


def do_ignore(of: World) -> None:
    of.repo.write(of.chance.choice([".gitignore", "services/.gitignore"]), of.chance.choice(["*more*\n", "", "x\n"]))


# --- what we are told --------------------------------------------------------------------------------------------


def do_settings(of: World) -> None:
    text = of.chance.choice(
        [
            "rules: {LK101: info}\n", "policy: strict\n", "policy: policies/ours.yaml\n", "applied: {tags: 'v*'}\n",
            "postgres: 11\n", "ignore: ['services/orders/**']\n", "baseline: base.json\n", "rules: {\n",
            "services: [{path: services/users/migrations, schema: dump.sql}]\n", "postgres: 17\n",
            "services: [{path: services/users/migrations, search_path: [app]}]\n",
        ]
    )  # fmt: skip
    of.repo.write("avion-lint.yaml", text)


def do_no_settings(of: World) -> None:
    (of.repo.path / "avion-lint.yaml").unlink(missing_ok=True)


def do_dump(of: World) -> None:
    of.repo.write("dump.sql", f"CREATE TABLE {of.chance.choice(['public', 'app'])}.t9 (id int);\n")


def do_policy(of: World) -> None:
    level = of.chance.choice(["error", "info", "off"])
    of.repo.write("policies/ours.yaml", f"extends: default\nrules: {{LK101: '{level}'}}\n")


def do_flyway(of: World) -> None:
    """What changes how all of Flyway's files are read, or one of them."""
    name, texts = of.chance.choice(
        [
            ("flyway.conf", ["flyway.placeholders.prefix=x\n", "flyway.placeholderReplacement=false\n", ""]),
            ("flyway.conf", ["flyway.mixed=true\n", "flyway.sqlMigrationPrefix=W\n"]),
            ("beforeEachMigrate.sql", ["SET lock_timeout = '3s';\n", "SELECT 1;\n", "SET lock_timeout = 0;\n"]),
            ("V2__make_2.sql.conf", ["executeInTransaction=false\n", "placeholderReplacement=false\n"]),
            ("R__view.sql", ["CREATE OR REPLACE VIEW v AS SELECT id FROM b1;\n", "DROP TABLE b1;\n"]),
            ("B2__base.sql", ["CREATE TABLE b1 (id int);\n"]),
        ]
    )  # fmt: skip
    of.repo.write(f"{BILLS}/{name}", of.chance.choice(texts))


def do_no_flyway(of: World) -> None:
    for path in sorted((of.repo.path / BILLS).glob("[!V]*")):
        path.unlink()


def do_code(of: World) -> None:
    text = (
        'package migrations\n\nimport "github.com/pressly/goose/v3"\n\nfunc init() { goose.AddMigration(nil, nil) }\n'
    )
    of.repo.write(f"{USERS}/{of.next():05}_code.go", text)


def do_around(of: World) -> None:
    text = WORKFLOW.replace("| tee log", of.chance.choice(["| tee log", "|| true", "-v"]))
    of.repo.write(of.chance.choice([".github/workflows/deploy.yml", "deploy/action.yml"]), text)


def do_script(of: World) -> None:
    of.repo.write("deploy/run.sh", of.chance.choice(["#!/bin/sh\ngoose up | tee l\n", "#!/bin/sh\nset -e\n"]))


def do_variable(of: World) -> None:
    name, values = of.chance.choice(
        [
            ("GITHUB_ACTIONS", ["true", ""]), ("NO_COLOR", ["1"]), ("GITHUB_BASE_REF", ["change", "", ""]),
            ("AVION_LINT_PROCESSES", ["1", "2"]),
        ]
    )  # fmt: skip
    of.variables[name] = of.chance.choice(values)


def do_clock(of: World) -> None:
    of.shift = of.chance.choice([0, -3600, -60, 10, 86_400, -86_400])


do_clock_back = do_clock


# --- places ------------------------------------------------------------------------------------------------------


def do_go(of: World) -> None:
    of.repo = of.chance.choice([place for place in of.places if place.path.is_dir()] or of.places)


do_go_on_foot, do_go_once_more = do_go, do_go


def _arrive(of: World, path: Path) -> None:
    if (path / ".git").exists():
        of.repo = Repo(path, of.repo.clock)
        of.places = [*of.places[:1], *of.places[1:][-3:], of.repo]


def do_work_tree(of: World) -> None:
    path = of.folder / f"tree{of.next()}"
    of.git("worktree", "add", "--quiet", "--detach", str(path), of.chance.choice(["HEAD", "main", "change"]))
    _arrive(of, path)


def do_clone(of: World) -> None:
    path = of.folder / f"clone{of.next()}"
    of.git("clone", "--quiet", *of.chance.choice([(), ("--depth=1", "--no-single-branch")]), f"file://{of.repo.path}",
           str(path))  # fmt: skip
    _arrive(of, path)


def do_copy(of: World) -> None:
    """A copy with all times, as `cp -a` makes it."""
    path = of.folder / f"copy{of.next()}"
    shutil.copytree(of.repo.path, path, symlinks=True)
    _arrive(of, path)


def do_put_in_place(of: World) -> None:
    """A copy takes the place of what was copied."""
    path, old = of.repo.path, of.folder / f"old{of.next()}"
    path.rename(old)
    shutil.copytree(old, path, symlinks=True)


def do_exchange(of: World) -> None:
    """Two work trees change places."""
    path, other, between = of.repo.path, of.chance.choice(of.places).path, of.folder / "between"
    if path != other and other.is_dir():
        path.rename(between)
        other.rename(path)
        between.rename(other)


def do_submodule(of: World) -> None:
    name = of.chance.choice(["services/shared", "services/orders/shared"])
    of.git("submodule", "--quiet", "add", f"file://{of.places[0].path}", name)


def do_into_submodule(of: World) -> None:
    for name in ("services/shared", "services/orders/shared"):
        if (of.repo.path / name / ".git").is_file():
            _arrive(of, of.repo.path / name)
            return


def do_no_submodule(of: World) -> None:
    of.git("submodule", "--quiet", "deinit", "--all", *of.chance.choice([(), ("--force",)]))


def do_submodule_again(of: World) -> None:
    of.git("submodule", "--quiet", "update", "--init")


def do_nested(of: World) -> None:
    """A repository inside this one that it does not know."""
    inner = of.repo.path / "services/inner"
    if not inner.exists():
        make_repo(inner).write("migrations/00001_a.sql", makes("a"))


DEEDS: dict[str, Callable[[World], None]] = {name: each for name, each in globals().items() if name.startswith("do_")}
