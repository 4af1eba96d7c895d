"""Measures a database before migrations are run: everything that the checks look at; it only reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import psycopg

OURS = "avion-lint"
"""What the application_name of every session of ours begins with."""

_SERVER = """
SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only') = 'on',
       pg_catalog.clock_timestamp(),
       pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),
       pg_catalog.current_setting('timezone')
"""
_OTHERS = """
SELECT a.pid, coalesce(a.application_name, ''), coalesce(a.usename::text, ''), coalesce(a.state, ''),
       extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::float8,
       CASE WHEN a.state = 'active'
            THEN extract(epoch FROM pg_catalog.clock_timestamp() - a.query_start)::float8 END,
       a.usesysid IS DISTINCT FROM (SELECT u.oid FROM pg_catalog.pg_roles u WHERE u.rolname = current_user)
FROM pg_catalog.pg_stat_activity a
WHERE a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid()
  AND (a.datname = pg_catalog.current_database() OR a.backend_xmin IS NOT NULL)
"""
_PREPARED = """
SELECT p.gid, extract(epoch FROM pg_catalog.clock_timestamp() - p.prepared)::float8
FROM pg_catalog.pg_prepared_xacts p WHERE p.database = pg_catalog.current_database()
"""
_STANDBYS = """
SELECT coalesce(r.application_name, ''), r.state, extract(epoch FROM r.replay_lag)::float8
FROM pg_catalog.pg_stat_replication r
"""
_INVALID = """
SELECT i.indexrelid::regclass::text FROM pg_catalog.pg_index i
WHERE NOT (i.indisvalid AND i.indisready)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = i.indexrelid AND c.relkind = 'I') ORDER BY 1
"""
_TABLES = """
SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND n.nspname <> %s
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
_UNVALIDATED = """
SELECT c.conrelid::regclass::text || '.' || c.conname FROM pg_catalog.pg_constraint c
WHERE NOT c.convalidated AND c.conrelid <> 0 ORDER BY 1
"""


@record
class Session:
    """A session of somebody else; times are seconds, None where nothing is open or running, or nobody may see it."""

    pid: int
    name: str
    user: str
    transaction: float | None
    query: float | None


@record
class Measured:
    """What a database is like at a moment. `here` is this machine's clock when the server's was `there`.

    `sees_all` tells that the role may see sessions of others, `hidden` how many sessions it cannot see into.
    `tables` counts those that no extension has brought.
    """

    in_recovery: bool
    read_only: bool
    version: int
    there: datetime
    here: datetime
    sees_all: bool
    hidden: int = 0
    sessions: tuple[Session, ...] = ()
    prepared: tuple[tuple[str, float], ...] = ()
    standbys: tuple[tuple[str, float | None], ...] = ()
    invalid: tuple[str, ...] = ()
    unvalidated: tuple[str, ...] = ()
    tables: int = 0

    @property
    def skew(self) -> float:
        """Seconds by which the clocks differ."""
        return abs((self.there - self.here).total_seconds())


def measure(connection: psycopg.Connection, apart: str = "") -> Measured:
    """Ask all of it; tables of the schema `apart` do not count. Raises psycopg.Error."""
    recovery, read_only, there, sees_all, _ = _one(connection, _SERVER)
    here = datetime.now(tz=UTC)
    others = connection.execute(_OTHERS).fetchall()
    hidden = 0 if sees_all else sum(1 for each in others if each[6])
    return Measured(
        in_recovery=recovery,
        read_only=read_only,
        version=connection.info.server_version,
        there=there,
        here=here,
        sees_all=sees_all,
        hidden=hidden,
        sessions=tuple(Session(pid, name, user, age, query) for pid, name, user, _, age, query, _ in others),
        prepared=tuple((gid, age) for gid, age in connection.execute(_PREPARED).fetchall()),
        standbys=tuple((name, lag) for name, _, lag in connection.execute(_STANDBYS).fetchall()),
        invalid=invalid_indexes(connection),
        unvalidated=unvalidated_constraints(connection),
        tables=_one(connection, _TABLES, apart)[0],
    )


def invalid_indexes(connection: psycopg.Connection) -> tuple[str, ...]:
    """Indexes that an interrupted CREATE INDEX CONCURRENTLY or the like has left behind."""
    return tuple(name for (name,) in connection.execute(_INVALID).fetchall())


def bare(name: str) -> str:
    """An object's own name, of what the server calls it: without schema and quotes."""
    return name.rpartition(".")[2].strip('"')


def unvalidated_constraints(connection: psycopg.Connection) -> tuple[str, ...]:
    """Constraints that were added NOT VALID and have not been validated, as `table.name`."""
    return tuple(name for (name,) in connection.execute(_UNVALIDATED).fetchall())


def _one(connection: psycopg.Connection, query: str, *values: str) -> tuple[Any, ...]:  # Any: values of the columns
    row = connection.execute(query, values or None).fetchone()
    if row is None:
        raise AssertionError(json.dumps(query))  # a SELECT without FROM has a row
    return tuple(row)
