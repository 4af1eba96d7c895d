"""Starts a process and talks with it until its end, without `subprocess`, whose loading takes as long as git itself."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_AT_ONCE = 1 << 16
_GONE = 9  # the signal that ends a process for certain, SIGKILL


class TooLongError(Exception):
    """The process did not end in time; it is gone now."""


def talk(
    command: tuple[str, ...], variables: Mapping[str, str], stdin: bytes, seconds: float
) -> tuple[int, bytes, bytes]:
    """Exit code, standard output and standard error of a command (its path first), which is given `stdin`.

    Raises OSError where it cannot be started, TooLongError where it runs for longer than `seconds`.
    """
    if not hasattr(os, "posix_spawn"):
        return _by_subprocess(command, variables, stdin, seconds)
    child_in, ours_in = os.pipe()
    ours_out, child_out = os.pipe()
    ours_err, child_err = os.pipe()
    places = ((child_in, 0), (child_out, 1), (child_err, 2))
    actions = [(os.POSIX_SPAWN_DUP2, end, number) for end, number in places]
    try:
        process = os.posix_spawn(command[0], command, variables, file_actions=actions)
    except OSError:
        _close(ours_in, ours_out, ours_err)
        raise
    finally:
        _close(child_in, child_out, child_err)
    try:
        out, err = _exchange(ours_in, (ours_out, ours_err), stdin, time.monotonic() + seconds)
    except BaseException:
        os.kill(process, _GONE)
        os.waitpid(process, 0)
        raise
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), out, err


def _exchange(writing: int, reading: tuple[int, int], stdin: bytes, until: float) -> tuple[bytes, bytes]:
    """Write all of `stdin` and read both ends to their end, whichever is ready; all three are closed then."""
    from select import POLLIN, POLLOUT, poll  # noqa: PLC0415 - not there on systems without posix_spawn

    parts: dict[int, list[bytes]] = {end: [] for end in reading}
    left = memoryview(stdin)
    ready = poll()
    for end in reading:
        ready.register(end, POLLIN)
    still = {*reading, writing}
    try:
        if left:
            os.set_blocking(writing, False)
            ready.register(writing, POLLOUT)
        else:
            _close(writing)
            still.discard(writing)
        while still:
            now = ready.poll(max(0, until - time.monotonic()) * 1000)
            if not now:
                raise TooLongError
            for end, _ in now:
                if end == writing:
                    left = left[_written(end, left) :]
                    over = not left
                else:
                    part = os.read(end, _AT_ONCE)
                    parts[end].append(part)
                    over = not part
                if over:
                    ready.unregister(end)
                    _close(end)
                    still.discard(end)
    finally:
        _close(*still)
    return b"".join(parts[reading[0]]), b"".join(parts[reading[1]])


def _written(end: int, data: memoryview) -> int:
    """How much of the data is written; all of it where nobody reads it any more."""
    try:
        return os.write(end, data[:_AT_ONCE])
    except BrokenPipeError:
        return len(data)


def _close(*ends: int) -> None:
    for end in ends:
        os.close(end)


def _by_subprocess(
    command: tuple[str, ...], variables: Mapping[str, str], stdin: bytes, seconds: float
) -> tuple[int, bytes, bytes]:
    import subprocess  # noqa: PLC0415 - only on systems without posix_spawn

    try:
        done = subprocess.run(command, env=variables, input=stdin, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise TooLongError from None
    return done.returncode, done.stdout, done.stderr
