"""Programs that are run under guard: they end with us, whatever becomes of us, and all together when that is asked."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from avion_lint.executor.problem import EndedError
from avion_lint.record import field, record

_GUARD = Path(__file__).with_name("guard.py")
_LONGEST_SAID = 200_000  # bytes of output that are read back


@record
class Account:
    """Whom a program runs as; None: as we do."""

    user: int | None = None
    group: int | None = None


@record
class Order:
    """A program to be run under guard.

    `environment` is all that it gets; secrets stand there and never in `command`. It is ended with `signal` and, after
    `grace` seconds, by force. The folders of `remove` go when it ends, those of `remove_if_cut` only when we are gone.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "/"
    account: Account = Account()
    signal: int = signal.SIGTERM
    grace: float = 5.0
    remove: tuple[str, ...] = ()
    remove_if_cut: tuple[str, ...] = ()

    def text(self) -> str:
        """What the guard reads; nothing secret is in it."""
        return json.dumps(
            {
                "command": self.command,
                "cwd": self.cwd,
                "user": self.account.user,
                "group": self.account.group,
                "signal": int(self.signal),
                "grace": self.grace,
                "remove": self.remove,
                "remove_if_cut": self.remove_if_cut,
            }
        )


class Guarded:
    """A program that runs under guard; what it says on both streams goes into a file."""

    def __init__(self, order: Order, output: Path) -> None:
        self.output = output
        with output.open("ab") as said:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_GUARD), order.text()],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                cwd="/",
                env=dict(order.environment),
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self._guard.poll() is None

    def wait(self, seconds: float | None = None) -> int | None:
        """Its exit code; None where it still runs after so many seconds."""
        try:
            return self._guard.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """End it, and wait until it is gone with all that is its own."""
        rope = self._guard.stdin
        if rope is not None and not rope.closed:
            with contextlib.suppress(OSError):
                rope.write(b"end\n")
                rope.flush()
        self._guard.wait()
        if rope is not None:
            with contextlib.suppress(OSError):
                rope.close()

    @property
    def said(self) -> str:
        """The last of what it wrote."""
        with self.output.open("rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - _LONGEST_SAID, 0))
            return file.read().decode("utf-8", "replace")


class Custody:
    """The programs of one piece of work, which are ended together; after that no more are started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[Guarded] = []
        self._closed = False
        self.late = False  # whether all was ended because its time was over

    def start(self, order: Order, output: Path) -> Guarded:
        """Run a program; raises EndedError where everything was ended meanwhile."""
        with self._lock:
            if self._closed:
                raise EndedError
            started = Guarded(order, output)
            self._held = [each for each in self._held if each.running]
            self._held.append(started)
            return started

    def run(self, order: Order, output: Path, seconds: float | None = None) -> tuple[int | None, str]:
        """Run a program to its end: its exit code (None where its time was over) and what it said.

        Raises EndedError where everything was ended meanwhile.
        """
        started = self.start(order, output)
        code = started.wait(seconds)
        started.end()
        if self._closed:
            raise EndedError
        return code, started.said

    @property
    def closed(self) -> bool:
        """Whether everything was ended."""
        return self._closed

    def end(self, *, late: bool = False) -> None:
        """End all, those that were started last first."""
        with self._lock:
            self._closed = True
            self.late = self.late or late
            held, self._held = self._held, []
        for each in reversed(held):
            each.end()
