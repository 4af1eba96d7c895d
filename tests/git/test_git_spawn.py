"""Talking with a process: nothing is lost, nothing waits for ever, nothing is left behind."""

import os
import sys
import time
from pathlib import Path

import pytest

from avion_lint.git.spawn import TooLongError, talk

ECHO = "import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data); sys.stderr.write('e' * len(data))"


def python(code, stdin=b"", seconds=60.0):
    return talk((sys.executable, "-I", "-S", "-c", code), {}, stdin, seconds)


def still_open():
    """File descriptors of this process, nothing where the system does not tell."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else None


def test_exit_code_and_both_outputs_come_back():
    assert python("import sys; print('out'); sys.stderr.write('err'); sys.exit(3)") == (3, b"out\n", b"err")


def test_a_process_that_is_given_nothing_reads_nothing():
    assert python(ECHO) == (0, b"", b"")


def test_more_than_pipes_hold_goes_through_in_both_directions():
    data = os.urandom(3_000_000)
    assert python(ECHO, data) == (0, data, b"e" * len(data))


def test_input_that_nobody_reads_is_no_error():
    assert python("print(1)", b"x" * 3_000_000) == (0, b"1\n", b"")


def test_a_process_that_does_not_end_is_ended():
    before = time.monotonic()
    with pytest.raises(TooLongError):
        python("import time; time.sleep(60)", seconds=0.2)
    assert time.monotonic() - before < 30
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_signal_is_a_negative_exit_code():
    assert python("import os; os.kill(os.getpid(), 9)")[0] == -9


def test_what_is_not_there_cannot_be_started():
    before = still_open()
    with pytest.raises(OSError, match="No such file"):
        talk(("/nowhere/git",), {}, b"", 1)
    assert still_open() == before


def test_all_ends_are_closed_afterwards():
    before = still_open()
    python(ECHO, b"x" * 100_000)
    assert still_open() == before
