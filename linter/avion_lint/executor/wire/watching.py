"""What the wire tells of, and what it may be told to ask."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.executor.wire.messages import ServerError
from avion_lint.record import record

Rows = list[tuple[str | None, ...]]


@record
class Answer:
    """What became of a query: in how many seconds it was answered, and the error it ended with.

    `pid` is the server's process. `begun` is the moment by `time.monotonic`. `open_transaction` tells that one is open
    now, and still works; `alone` that it is one of our own, around this query only. `completed` counts the statements
    that came to their end.
    """

    pid: int
    begun: float
    seconds: float
    open_transaction: bool
    error: ServerError | None = None
    completed: int = 0
    alone: bool = False


@record
class Watcher:
    """What is called, in a thread of the connection: before a query is passed on, and after it was answered.

    `encloses` tells whether a query that the runner sends outside of a transaction shall be put into one of our own, so
    that its locks can be seen; that must be no difference to it. `after` gives a query to be asked in the same session
    and transaction before the runner goes on, "" for none; `seen` gets its rows, None where it failed. `late` hears of
    an error at the end of a transaction of our own.
    """

    encloses: Callable[[str], bool]
    before: Callable[[int, str], None]
    after: Callable[[Answer], str]
    seen: Callable[[Answer, Rows | None], None]
    late: Callable[[Answer, ServerError], None]
