"""Runs avion-lint in a child of this process, which has all of it loaded: many runs in the time of a few."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import avion_lint.cli.judging
from avion_lint import stamps
from avion_lint.cache import kept
from avion_lint.cache.store import Store
from avion_lint.cli import run
from avion_rules import all_rules
from tests.cli_helper import environment

LOADED = (avion_lint.cli.judging, all_rules())
MARK = "as before: "
SETTLED = stamps._SETTLED


@dataclass(frozen=True)
class Told:
    """What a run wrote, and its exit code."""

    code: int
    out: str
    err: str


def told(
    *arguments: str,
    cwd: Path,
    cache: Path,
    settled: int = SETTLED,
    watched: Path | None = None,
    shift: int = 0,
    **variables: str,
) -> Told:
    """Run the command line; `settled` is how long ago a file must have changed for its stamp to be trusted, in ns.

    Each file that it opens is written into `watched`. By `shift` seconds its clock is wrong.
    """
    files = [cache.parent / f"{cache.name}-{os.getpid()}.{name}" for name in ("out", "err")]
    child = os.fork()
    if not child:
        code = 99
        try:
            os.chdir(cwd)
            stamps._SETTLED = settled
            set_clock(shift)
            if watched:
                watch(watched)
            for number, file in enumerate(files, 1):
                os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
            given = environment(cwd.parent, AVION_LINT_CACHE=str(cache), **variables)
            os.environ.clear()
            os.environ.update(given)
            code = run([*arguments])
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    out, err = (file.read_bytes().decode("utf-8", "surrogateescape") for file in files)
    assert "Traceback" not in err, err
    return Told(code, out, err)


def set_clock(shift: int) -> None:
    """Let the clock of this process be wrong by so many seconds."""
    seconds, nanoseconds, days = time.time, time.time_ns, time.gmtime
    time.time = lambda: seconds() + shift
    time.time_ns = lambda: nanoseconds() + shift * 1_000_000_000
    time.gmtime = lambda when=None: days(time.time() if when is None else when)


def watch(into: Path) -> None:
    """Write each file that this process opens from now on into a file."""
    lines = into.open("w", encoding="utf-8")

    def opened(event: str, about: tuple[object, ...]) -> None:
        if event == "open" and isinstance(about[0], str):
            lines.write(f"{Path.cwd() / about[0]}\n")
            lines.flush()

    sys.addaudithook(opened)


def mark(cache: Path) -> None:
    """Put a mark before each report that is kept, by which a run that says it again is known."""
    store = Store(str(cache), ".run")
    for path in cache.glob("*.run"):
        whole = kept.read(store.read(path.stem) or b"")
        said = kept.Said(
            whole.said.code,
            MARK.encode() + whole.said.report.removeprefix(MARK.encode()),
            whole.said.sarif,
            whole.said.summary,
        )
        store.write(path.stem, kept.write(kept.Kept(said, whole.asked, whole.folders, whole.others)))
