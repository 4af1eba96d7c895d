"""One run at a time for each service: an advisory lock, held by a session of its own that never opens a transaction.

A transaction would make CREATE INDEX CONCURRENTLY wait for it.
"""

from __future__ import annotations

import time

from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.server.address import Address, connect, driver
from avion_lint.hashing import hasher
from avion_lint.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

_PAUSE = 0.25  # seconds between two tries
_HOLDER = """
SELECT a.pid, coalesce(a.application_name, ''), coalesce(a.usename::text, ''),
       coalesce(a.client_addr::text, 'a socket'), coalesce(a.backend_start::text, '')
FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
  AND (l.classid::bigint << 32 | l.objid::bigint) = %s AND l.pid <> pg_catalog.pg_backend_pid()
"""
_MINE = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND (l.classid::bigint << 32 | l.objid::bigint) = %s AND l.pid = pg_catalog.pg_backend_pid())
"""


@record
class Holder:
    """Who holds the lock."""

    pid: int
    name: str
    user: str
    client: str
    since: str

    @property
    def words(self) -> str:
        """The holder for people."""
        return f"{self.name or 'a session without a name'} (session {self.pid} of {self.user} from {self.client})"


def key_of(runner: str, table: str) -> int:
    """The lock's number (64 bits, signed) in the service's database: that of its runner and of its runner's table."""
    made = hasher("sha256")(f"avion-lint:{runner}:{table}".encode()).digest()
    return int.from_bytes(made[:8], "big", signed=True)


def holder(connection: psycopg.Connection, key: int) -> Holder | None:
    """Who else holds the lock; raises psycopg.Error."""
    row = connection.execute(_HOLDER, (key,)).fetchone()
    return Holder(*row) if row else None


class LockHeldError(Exception):
    """Another run holds the lock."""

    def __init__(self, by: Holder | None) -> None:
        super().__init__(f"another run holds the lock: {by.words if by else 'it was free again a moment later'}")
        self.by = by


class Lock:
    """The lock while a run lasts; the session that holds it is named after the run."""

    def __init__(self, address: Address, key: int, run: str) -> None:
        keeping = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
        self.address = replace(address, options={**address.options, **keeping})
        self.key = key
        self.run = run
        self.connection: psycopg.Connection | None = None

    def take(self, wait: float) -> None:
        """Take it, waiting at most so many seconds; raises LockHeldError, and psycopg.Error."""
        connection = connect(self.address, f"run {self.run}")
        last = time.monotonic() + wait
        while True:
            row = connection.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", (self.key,)).fetchone()
            if row and row[0]:
                self.connection = connection
                return
            if time.monotonic() >= last:
                by = holder(connection, self.key)
                connection.close()
                raise LockHeldError(by)
            time.sleep(_PAUSE)

    @property
    def pid(self) -> int:
        """The number of the session that holds it, 0 where none does."""
        return self.connection.info.backend_pid if self.connection is not None else 0

    def check(self) -> None:
        """Raise CannotRunError where the lock is no longer ours."""
        try:
            row = self.connection.execute(_MINE, (self.key,)).fetchone() if self.connection else None
        except driver().Error:
            row = None
        if row is None or not row[0]:
            raise CannotRunError(
                "the session that held the lock is gone, and with it the lock: nothing more is started",
                "look what happened to the server: avion-lint diagnose",
            )

    def release(self) -> None:
        """Give it back, if it is there still."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
