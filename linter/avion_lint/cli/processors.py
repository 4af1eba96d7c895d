"""Shares work among the processors: the process forks, and each part tells through a pipe what it came to.

What is too little to be shared, and everything where a process cannot fork, is done here alone. A part whose process
dies is done here as well, so that the answer is the same however many there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from avion_lint.judgement.spread import Spread

    Part = TypeVar("Part")

_LEAST = 400  # statements for each process; below that it takes longer to make a process than it saves
_GONE = 9  # the signal that ends a process for certain, SIGKILL
_MOST = 8  # processes; each holds a copy of what it touches


def spread_of(environment: Mapping[str, str], least: int = _LEAST) -> Spread | None:
    """How to share work among the processors that this process may use; None where there is but one.

    AVION_LINT_PROCESSES sets how many processes there are at most. `least` is how much work each of them is worth.
    """
    asked = environment.get("AVION_LINT_PROCESSES", "")
    count = int(asked) if asked.isdecimal() else min(_processors(), _MOST)
    if count <= 1 or not hasattr(os, "fork"):
        return None

    return _Processes(count, least)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Processes:
    """At most so many processes at a time, this one among them; `least` is how much work each of them is worth."""

    def __init__(self, count: int, least: int) -> None:
        self._count = count
        self._least = max(least, 1)
        self._aside: list[_Aside] = []

    def __call__(self, work: Callable[[int, int], Part], size: int, common: Sequence[object]) -> list[Part]:
        parts = max(1, min(self._count, size // self._least))
        children = [_start(partial(work, part, parts), common) for part in range(1, parts)]
        try:
            here = work(0, parts)
            told = [child.result(common) for child in children]
        finally:
            for child in children:
                child.end()
        again = (each[0] if each else work(part, parts) for part, each in enumerate(told, 1))
        return [here, *again]

    def aside(self, work: Callable[[], Any], common: Sequence[object]) -> Callable[[], Any]:
        while len(self._aside) >= self._count - 1:
            self._aside.pop(0).finish()
        started = _Aside(_start(work, common), work, common)
        self._aside.append(started)
        return started.result

    def end(self) -> None:
        for each in self._aside:
            each.stop()
        self._aside = []


class _Aside:
    """Work that another process does, and its answer once that was asked for."""

    def __init__(self, child: _Child, work: Callable[[], Any], common: Sequence[object]) -> None:
        self._child = child
        self._open = True
        self._asked: tuple[Callable[[], Any], Sequence[object]] | None = (work, common)
        self._answer: Any = None

    def result(self) -> Any:
        self.finish()
        return self._answer

    def finish(self) -> None:
        """Wait for the answer; what was needed for the work is let go."""
        if self._asked is not None:
            work, common = self._asked
            told = self._child.result(common)
            self.stop()
            self._answer, self._asked = (told[0] if told else work()), None

    def stop(self) -> None:
        if self._open:
            self._open = False
            self._child.end()


@record
class _Child:
    """A process that does a part, and the end of the pipe on which it tells what it came to."""

    process: int
    pipe: int

    def result(self, common: Sequence[object]) -> tuple[Any] | None:
        """What it came to; None where it did not get so far."""
        from avion_lint.cli.parcels import unpacked  # noqa: PLC0415 - only where work is shared

        with open(self.pipe, "rb", closefd=False) as told:
            return unpacked(told.read(), common)

    def end(self) -> None:
        """Make sure that it is gone; what it was to tell has been read, or nobody waits for it any more."""
        os.close(self.pipe)
        os.kill(self.process, _GONE)
        os.waitpid(self.process, 0)


def _start(work: Callable[[], object], common: Sequence[object]) -> _Child:
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return _Child(process, reading)
    try:  # the child, which never comes back from here
        os.close(reading)
        import signal  # noqa: PLC0415 - only where work is shared

        signal.signal(signal.SIGINT, signal.SIG_DFL)
        from avion_lint.cli.parcels import packed  # noqa: PLC0415 - as above

        with open(writing, "wb") as told:
            told.write(packed(work(), common))
    finally:
        os._exit(0)
