"""A limit on the time that a check may think about one thing: a regular expression can take for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 2.0


class TooSlowError(Exception):
    """A check took too long, which is its author's to mend."""

    def __init__(self) -> None:
        super().__init__(f"its schema takes more than {SECONDS:g} s for one value; is there a pattern like `(a+)+`?")


@contextmanager
def deadline(seconds: float = SECONDS) -> Iterator[None]:
    """Raise TooSlowError after so many seconds; Python's regular expressions look for signals while they run.

    Nothing is limited where the system has no such signal (Windows) and outside of the main thread.
    """
    import signal  # noqa: PLC0415 - only where a check has a regular expression
    import threading  # noqa: PLC0415 - as above

    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
