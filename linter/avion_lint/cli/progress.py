"""A progress bar on the terminal, for runs that take longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType

_PATIENCE = 1.0  # seconds before anything is shown
_PAUSE = 0.1  # seconds between two pictures
_WIDTH = 30


def progress(total: int) -> Progress:
    """Gives, as a context, a function to call once for each of `total` steps; nothing shows without a terminal."""
    return Progress(_Bar(total) if sys.stderr.isatty() else None)


class Progress:
    """The context; a class, since `contextlib` takes longer to load than the picture takes to draw."""

    def __init__(self, bar: _Bar | None) -> None:
        self._bar = bar

    def __enter__(self) -> Callable[[], None]:
        return self._bar.step if self._bar else _nothing

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        if self._bar:
            self._bar.clear()


def _nothing() -> None:
    """Stand for a step that nobody sees."""


class _Bar:
    """The bar's state: how far, and when it was drawn last."""

    def __init__(self, total: int) -> None:
        self.total = max(total, 1)
        self.done = 0
        self.next_time = time.monotonic() + _PATIENCE
        self.shown = False

    def step(self) -> None:
        """Count one step, and draw if it is time."""
        self.done += 1
        now = time.monotonic()
        if now < self.next_time:
            return
        self.next_time = now + _PAUSE
        self.shown = True
        filled = min(_WIDTH * self.done // self.total, _WIDTH)
        line = f"\r{'█' * filled}{'░' * (_WIDTH - filled)} {self.done:,} of {self.total:,} migrations"
        sys.stderr.write(line)
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the bar away, if there is one."""
        if self.shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
