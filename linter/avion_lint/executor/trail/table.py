"""The audit trail's second place: a table of the database itself, which is only ever appended to.

It has the very entries of the file, with their hashes. That it cannot be written stops nothing: the file goes before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from avion_lint.executor.running.plan import digest
from avion_lint.executor.server.address import Address, connect, driver
from avion_lint.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

    from avion_lint.executor.trail.audit import Entry

_TIMEOUTS = "-c statement_timeout=10s -c lock_timeout=3s"
_MAKE = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {table} (
    number bigint GENERATED ALWAYS AS IDENTITY,
    hash text PRIMARY KEY,
    previous text NOT NULL,
    at timestamptz NOT NULL,
    event text NOT NULL,
    run text NOT NULL,
    service text NOT NULL,
    environment text NOT NULL,
    entry text NOT NULL,
    written timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'the audit trail is only ever appended to'; END$$;
DROP TRIGGER IF EXISTS append_only ON {table};
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {guard}();
"""
_WRITE = """
INSERT INTO {table} (hash, previous, at, event, run, service, environment, entry)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (hash) DO NOTHING
"""
_READ = "SELECT entry FROM {table} WHERE service = %s AND environment = %s ORDER BY at, number"
_THERE = "SELECT pg_catalog.to_regclass(%s) IS NOT NULL"
_ENDS = ("step-ended", "answer", "run-ended", "rollback-ended", "backup-ended", "restore-ended")


@record
class Owner:
    """Whose entries they are."""

    service: str
    environment: str


class Copy:
    """Takes entries as they are written into the file, and puts them into the table: those it could not, later on.

    `why` says why the table does not have all, "" where it has.
    """

    def __init__(self, address: Address, table: str, owner: Owner) -> None:
        kept = address.options.get("options", "")
        self.address = replace(address, options={**address.options, "options": f"{kept} {_TIMEOUTS}".strip()})
        self.table = table
        self.owner = owner
        self.why = ""
        self._waiting: list[Entry] = []
        self._connection: psycopg.Connection | None = None

    def begin(self, known: Iterable[Entry]) -> None:
        """Make the table where it is not there yet, and bring it what the file has and it lacks."""
        own = [entry for entry in known if _is_of(entry, self.owner)]
        try:
            connection = self._connected()
            if not _is_there(connection, self.table):
                _execute(connection, _MAKE, self.table)
            there = {entry["hash"] for entry in read(connection, self.table, self.owner)}
        except (driver().Error, OSError) as error:
            self._failed(error)
            there = set()
        self._waiting = [entry for entry in own if entry["hash"] not in there]
        self.write()

    def take(self, entry: Entry) -> None:
        """Take an entry that the file has got, and write it; where the database was away, not before a step ends."""
        if _is_of(entry, self.owner):
            self._waiting.append(entry)
        if not self.why or entry["event"] in _ENDS:
            self.write()

    def write(self) -> None:
        """Write what waits; where that cannot be, it waits on."""
        if not self._waiting:
            return
        try:
            connection = self._connected()
            with connection.transaction():
                for entry in self._waiting:
                    _execute(connection, _WRITE, self.table, _row(entry))
        except (driver().Error, OSError) as error:
            self._failed(error)
        else:
            self._waiting, self.why = [], ""

    def end(self) -> None:
        """Write what waits still, and go."""
        self.write()
        self._close()

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self.address, "trail", seconds=5)
        return self._connection

    def _failed(self, error: Exception) -> None:
        words = self.address.redacted(" ".join(str(error).split()))
        self.why = f"{self.table} has not got all of the audit trail ({words}); the next run brings it what it lacks"
        self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def sql_of(table: str) -> str:
    """The SQL that makes the table, for those who let somebody else own it."""
    schema, _, name = table.partition(".")
    guard = f"{schema}.{name}_is_appended_to"
    return _MAKE.format(schema=schema, table=table, guard=guard).lstrip()


def entries_in(connection: psycopg.Connection, table: str, owner: Owner) -> tuple[Entry, ...]:
    """What the table has of a service, those that are as they were written; nothing without a table.

    Raises psycopg.Error.
    """
    return tuple(entry for entry in read(connection, table, owner) if is_whole(entry))


def read(connection: psycopg.Connection, table: str, owner: Owner) -> tuple[Entry, ...]:
    """Everything that the table has of a service; raises psycopg.Error."""
    if not _is_there(connection, table):
        return ()
    rows = _execute(connection, _READ, table, (owner.service, owner.environment)).fetchall()
    return tuple(_entry(str(text)) for (text,) in rows)


def is_whole(entry: Entry) -> bool:
    """Whether an entry is as it was written, by its own hash."""
    return entry.get("hash") == digest({key: value for key, value in entry.items() if key != "hash"})


def _entry(text: str) -> Entry:
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        found = None
    usual = {"hash": "", "previous": "", "at": "", "event": "", "run": ""}
    return {**usual, **found} if isinstance(found, dict) else usual


def _row(entry: Entry) -> tuple[str, ...]:
    keys = ("hash", "previous", "at", "event", "run", "service", "environment")
    return (*(str(entry[key]) for key in keys), json.dumps(entry, ensure_ascii=True))


def _is_of(entry: Entry, owner: Owner) -> bool:
    return (entry.get("service"), entry.get("environment")) == (owner.service, owner.environment)


def _is_there(connection: psycopg.Connection, table: str) -> bool:
    return connection.execute(_THERE, (table,)).fetchone() == (True,)


def _execute(
    connection: psycopg.Connection, template: str, table: str, values: tuple[str, ...] | None = None
) -> psycopg.Cursor:
    from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

    schema, _, name = table.partition(".")
    guard = sql.Identifier(schema, f"{name}_is_appended_to")
    names = {"schema": sql.Identifier(schema), "table": sql.Identifier(schema, name), "guard": guard}
    query = sql.SQL(template).format(**names)
    return connection.execute(query, values)
