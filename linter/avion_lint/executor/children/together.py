"""Several pieces of work side by side, each with its own processes; all of them end together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager

from avion_lint.executor.children.processes import Custody

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Made = TypeVar("Made")
else:
    Made = object

_PAUSE = 0.2  # seconds after which a signal is noticed


def together(tasks: Sequence[Callable[[Custody], Made]], workers: int) -> list[Made]:
    """Do all, as many at once as there are workers; the outcomes in the order of the tasks.

    Where this is interrupted, or a task raises, everything that was started is ended first.
    """
    custodies = [Custody() for _ in tasks]
    pool = ThreadPoolExecutor(workers)
    try:
        futures = [pool.submit(task, each) for task, each in zip(tasks, custodies, strict=True)]
        return _all_of(futures)
    finally:
        for each in custodies:
            each.end()
        pool.shutdown(cancel_futures=True)


def _all_of(futures: Sequence[Future[Made]]) -> list[Made]:
    pending = set(futures)
    while pending:
        done, pending = wait_for(pending, _PAUSE)
        for each in done:
            each.result()
    return [each.result() for each in futures]


@contextmanager
def timed(custody: Custody, seconds: float, look: Callable[[], None]) -> Iterator[None]:
    """End everything in custody after so many seconds; `look` is called just before, while all is as it was."""

    def end() -> None:
        look()
        custody.end(late=True)

    clock = threading.Timer(seconds, end)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()
