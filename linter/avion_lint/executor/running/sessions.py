"""Sessions of a runner that a run has started: seen, and really ended, whatever became of the runner itself."""

from __future__ import annotations

import time

from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.measure import OURS
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

_PAUSE = 0.1
_SEEN = """
SELECT a.pid, a.application_name, coalesce(a.state, ''), coalesce(a.query, '')
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = pg_catalog.current_database() AND pg_catalog.starts_with(a.application_name, %s)
  AND a.pid <> pg_catalog.pg_backend_pid() ORDER BY 1
"""


@record
class RunnerSession:
    """A session of a runner; `run` is the run that has started it."""

    pid: int
    name: str
    state: str
    query: str

    @property
    def run(self) -> str:
        """The run that it belongs to."""
        return self.name.rpartition(" ")[2]

    @property
    def words(self) -> str:
        """The session for people."""
        return f"session {self.pid} of run {self.run} ({self.state}: {' '.join(self.query.split())[:80]})"


def prefix_of(key: int) -> str:
    """What the application_name of every runner's session of a service begins with."""
    return f"{OURS} runner {key & 0xFFFFFFFFFFFFFFFF:016x} "


def name_of(key: int, run: str) -> str:
    """The application_name of the sessions of one run's runner; it tells whose they are when the run itself is gone."""
    return prefix_of(key) + run


def seen(connection: psycopg.Connection, prefix: str) -> tuple[RunnerSession, ...]:
    """Sessions whose name begins so; raises psycopg.Error."""
    return tuple(RunnerSession(*row) for row in connection.execute(_SEEN, (prefix,)).fetchall())


def gone(connection: psycopg.Connection, prefix: str, seconds: float) -> tuple[RunnerSession, ...]:
    """Wait until there are none; gives those that are left after so many seconds. Raises psycopg.Error."""
    last = time.monotonic() + seconds
    while left := seen(connection, prefix):
        if time.monotonic() >= last:
            return left
        time.sleep(_PAUSE)
    return ()


def end(connection: psycopg.Connection, prefix: str, seconds: float = 30.0) -> tuple[RunnerSession, ...]:
    """End all that there are and wait until they are gone; gives those that were ended.

    Raises CannotRunError where some stay, and psycopg.Error.
    """
    if not gone(connection, prefix, 1.0):  # a runner that has ended has sent its farewell
        return ()
    ended = seen(connection, prefix)
    for each in ended:
        connection.execute("SELECT pg_catalog.pg_terminate_backend(%s)", (each.pid,))
    left = gone(connection, prefix, seconds)
    if left:
        words = "; ".join(each.words for each in left)
        raise CannotRunError(f"the server still works for the runner: {words}", "wait until it is gone")
    return ended
