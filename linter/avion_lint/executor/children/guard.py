"""A program by itself: runs another one, and ends it when whoever asked for that is gone, in whatever way it went.

Standard input is the rope: while somebody holds its other end the program may run. A line on it says to end the program
alone; when the rope is cut, everything that belongs to the program's owner is removed too. Only the standard library is
used, so that it starts at once, and nothing secret is in its arguments: the program gets this process's environment.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Run what the first argument orders (JSON; see processes.Order), and end with the exit code of the program."""
    order = json.loads(sys.argv[1])
    woken, wakes = os.pipe()
    for end in (woken, wakes):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wakes)
    asked: list[int] = []
    for each in _ENDING:
        signal.signal(each, lambda number, _: asked.append(number))
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = _start(order)
    cut = _watch(child, woken, asked)
    _end(child, order)
    for folder in order["remove"] + (order["remove_if_cut"] if cut else []):
        shutil.rmtree(folder, ignore_errors=True)
    code = child.returncode
    raise SystemExit(code if code >= 0 else 128 - code)


def _start(order: dict[str, Any]) -> subprocess.Popen[bytes]:  # Any: JSON
    try:
        return subprocess.Popen(
            order["command"],
            stdin=subprocess.DEVNULL,
            cwd=order["cwd"],
            user=order["user"],
            group=order["group"],
            extra_groups=None if order["user"] is None else [],
            start_new_session=True,
        )
    except OSError as error:
        sys.stderr.write(f"{order['command'][0]}: {error.strerror}\n")
        raise SystemExit(127) from None


def _watch(child: subprocess.Popen[bytes], woken: int, asked: list[int]) -> bool:
    """Wait until the program ends or shall end; whether the rope was cut."""
    while child.poll() is None:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(woken, 4096)
        if asked:
            return True
        if 0 in ready:
            return not os.read(0, 4096)
    return False


def _end(child: subprocess.Popen[bytes], order: dict[str, Any]) -> None:  # Any: JSON
    """End the program, gently first, and what is left of its group."""
    if child.poll() is None:
        child.send_signal(order["signal"])
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(order["grace"])
    with contextlib.suppress(OSError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


if __name__ == "__main__":
    main()
