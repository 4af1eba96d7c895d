"""Runs whole processes and takes their time, their CPU time and their largest memory."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from types import FrameType

TIMED_OUT = -1


@dataclass(frozen=True)
class Command:
    """A process to run: its words, its folder, its environment.

    `cold` are folders that are removed before each run, `forgotten` the files of a suffix below a folder; `once` is run
    once before the first. `reports` tells that the process prints the seconds that count, because what comes before and
    after is not meant.
    """

    words: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    cold: tuple[Path, ...] = ()
    forgotten: tuple[tuple[Path, str], ...] = ()
    once: tuple[str, ...] = ()
    reports: bool = False
    codes: tuple[int, ...] = (0, 1)


@dataclass(frozen=True)
class Sample:
    """One run: seconds on the clock and of the CPU (its children's too), KiB of the largest process, exit code."""

    wall: float
    cpu: float
    peak: int
    code: int


@dataclass
class Measured:
    """The runs of one command; `trouble` is why there are none (any more)."""

    samples: list[Sample] = field(default_factory=list)
    trouble: str = ""

    def wall(self) -> float:
        """Median of the seconds on the clock."""
        return median(sample.wall for sample in self.samples)

    def least(self) -> float:
        """The shortest run."""
        return min(sample.wall for sample in self.samples)

    def cpu(self) -> float:
        """Median of the CPU seconds."""
        return median(sample.cpu for sample in self.samples)

    def peak(self) -> float:
        """Median of the largest memory in MiB."""
        return median(sample.peak for sample in self.samples) / 1024


def alternate(
    commands: Mapping[str, Command], *, runs: int, seconds: float, timeout: float, tell: Callable[[str], None]
) -> dict[str, Measured]:
    """Run the commands by turns, in rounds, so that what else the machine does meets all of them alike.

    There are `runs` rounds, or as many as fit into `seconds`, but three at least where a round is short enough. What
    takes longer than `timeout` seconds is not run again.
    """
    measured = {label: Measured() for label in commands}
    for label, command in commands.items():
        if command.once:
            tell(f"{label}, once before")
            _take(measured[label], Command(command.once, command.folder, command.environment), timeout, keep=False)
    begun = perf_counter()
    for number in range(runs):
        spent = perf_counter() - begun
        if number and spent + spent / number > seconds * (1 if number >= 3 else 3):  # noqa: PLR2004 - see above
            break
        order = list(commands)[:: -1 if number % 2 else 1]
        for label in order:
            if not measured[label].trouble:
                tell(f"{label}, run {number + 1}")
                _take(measured[label], commands[label], timeout)
    return measured


def _take(measured: Measured, command: Command, timeout: float, *, keep: bool = True) -> None:
    for folder in command.cold:
        shutil.rmtree(folder, ignore_errors=True)
    for folder, suffix in command.forgotten:
        for path in folder.rglob(f"*{suffix}"):
            path.unlink()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        sample = _run(command, timeout, out.fileno() if command.reports else None, errors.fileno())
        if sample.code == TIMED_OUT:
            measured.trouble = f"> {timeout:.0f} s"
        elif sample.code not in command.codes:
            errors.seek(0)
            measured.trouble = f"exit code {sample.code}: {errors.read(300).decode(errors='replace').strip()}"
        elif command.reports:
            out.seek(0)
            wall, cpu = map(float, out.read().split())
            sample = Sample(wall, cpu, sample.peak, sample.code)
    if keep and not measured.trouble:
        measured.samples.append(sample)


class _TimeUpError(Exception):
    """A process runs for too long."""


def _time_up(_: int, __: FrameType | None) -> None:
    raise _TimeUpError


def _run(command: Command, timeout: float, out: int | None, errors: int) -> Sample:
    """Run a process to its end; its output goes to a file if it is wanted, else to nowhere."""
    os.chdir(command.folder)
    actions: list[tuple[int, ...] | tuple[int, int, str, int, int]] = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0) if out is None else (os.POSIX_SPAWN_DUP2, out, 1),
        (os.POSIX_SPAWN_DUP2, errors, 2),
    ]
    signal.signal(signal.SIGALRM, _time_up)
    begun = perf_counter()
    process = os.posix_spawn(command.words[0], command.words, command.environment, file_actions=actions, setpgroup=0)
    try:
        signal.setitimer(signal.ITIMER_REAL, timeout)
        _, status, usage = os.wait4(process, 0)
        ended = perf_counter()
        signal.setitimer(signal.ITIMER_REAL, 0)
    except BaseException as error:
        os.killpg(process, signal.SIGKILL)
        os.wait4(process, 0)
        if isinstance(error, _TimeUpError):
            return Sample(timeout, timeout, 0, TIMED_OUT)
        raise
    code = os.waitstatus_to_exitcode(status)
    return Sample(ended - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, code)
