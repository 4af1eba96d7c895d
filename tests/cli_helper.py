"""Runs the command line as its users do: as a process of its own, in a clean environment, on real files."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.git_helper import clean_environment

ROOT = Path(__file__).resolve().parent.parent
SOURCES = os.pathsep.join(str(ROOT / name) for name in ("linter", "rules", "policies"))
COMMAND = (sys.executable, "-m", "avion_lint")

_OURS = ("GITHUB_", "PRE_COMMIT", "PYTHON", "AVION_")
_COLOUR = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS"}


@dataclass(frozen=True)
class Run:
    """What a process wrote, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def report(self):
        return json.loads(self.out)

    @property
    def found(self):
        """(rule id, path, line) of every finding of a JSON report, in its order."""
        return [(finding["id"], finding["path"], finding["line"]) for finding in self.report["findings"]]

    def of(self, rule):
        """The one finding of a rule in a JSON report."""
        (finding,) = (finding for finding in self.report["findings"] if finding["id"] == rule)
        return finding


def environment(home, **variables):
    """Environment in which nothing steers avion-lint or git but the variables given."""
    clean = clean_environment(home)
    kept = {
        name: value
        for name, value in clean.items()
        if not name.startswith(_OURS) and name not in _COLOUR and name != "CI"
    }
    return kept | {"PYTHONPATH": SOURCES} | variables


def avion_lint(*arguments, cwd, stdin=b"", **variables):
    """Run avion-lint in a folder; whatever happens, nobody gets to see a traceback."""
    done = subprocess.run(
        [*COMMAND, *map(os.fspath, arguments)],
        cwd=cwd,
        env=environment(Path(cwd).parent, **variables),
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )
    run = Run(done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode())
    assert "Traceback" not in run.out + run.err, run.err
    return run


def judged(*arguments, cwd, **options):
    """Run avion-lint and read its report as JSON."""
    return avion_lint("--format", "json", *arguments, cwd=cwd, **options)


HEADER = "-- Author: Jo\n-- Date: 2026-01-31\n"


def goose(up, down=""):
    """A goose migration with all that one needs; its Up statements begin in line 4."""
    return f"{HEADER}-- +goose Up\n{up}\n-- +goose Down\n{down}\n"


def flyway(sql):
    """A Flyway migration with all that one needs; its statements begin in line 3."""
    return f"{HEADER}{sql}\n"


def makes(table):
    """A goose migration in which no rule finds anything: a table with the columns id, name, email and a to f."""
    columns = ", ".join(f"{column} text" for column in ("name", "email", *"abcdef"))
    return goose(f"CREATE TABLE {table} (id bigint PRIMARY KEY, {columns});", f"DROP TABLE {table};")


def indexes(table, column):
    """A goose migration that builds an index while writers wait: LK101 in line 5 where the table is in use."""
    name = f"{table}_{column}_idx"
    return goose(f"SET LOCAL lock_timeout = '3s';\nCREATE INDEX {name} ON {table} ({column});", f"DROP INDEX {name};")
