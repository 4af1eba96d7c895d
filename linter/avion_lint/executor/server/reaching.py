"""A server that may have been away for a moment, and what it says of the time."""

from __future__ import annotations

import time

from avion_lint.executor.server.address import Address, connect, driver

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

_PATIENCE = 20.0  # seconds for a server that has gone to come back, before nobody knows what became of the migrations
_PAUSE = 0.5


def reconnected(address: Address) -> psycopg.Connection:
    """A connection, also where the server needs a moment to come back; raises psycopg.Error."""
    last = time.monotonic() + _PATIENCE
    while True:
        try:
            return connect(address, "status", seconds=5)
        except driver().OperationalError:
            if time.monotonic() >= last:
                raise
            time.sleep(_PAUSE)


def clock(connection: psycopg.Connection) -> str:
    """The moment by the server's clock, in UTC: `2026-11-22 03:10:00.123456+00`."""
    moment = "pg_catalog.clock_timestamp() AT TIME ZONE 'UTC'"
    row = connection.execute(f"SELECT pg_catalog.to_char({moment}, 'YYYY-MM-DD HH24:MI:SS.US') || '+00'").fetchone()
    return str(row[0]) if row else ""
