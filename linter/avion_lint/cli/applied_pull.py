"""`avion-lint applied pull`: write down what a database has run, from its runner's own table; it only reads there."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.applied.model import FLYWAY_TABLE, AppliedState
from avion_lint.applied.read import load
from avion_lint.applied.text import text_sha256
from avion_lint.applied.write import render
from avion_lint.cli.database import asked, conninfo_of, version_of
from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.inputs import gathered, load_settings, walked
from avion_lint.cli.output import say
from avion_lint.cli.roots import root_of
from avion_lint.cli.writing import write_file
from avion_lint.discovery.gather import Collected
from avion_lint.record import record
from avion_lint.runners.migration import GOOSE_TABLE, Version
from avion_lint.source import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import psycopg

DEFAULT_OUTPUT = "avion-lint.applied.json"

_TABLES = """
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relname = ANY (%s) AND (%s::text IS NULL OR n.nspname = %s::text)
ORDER BY 1, 2
"""
_GOOSE = "SELECT id, version_id, is_applied, tstamp::text AS tstamp FROM {} ORDER BY id"
_FLYWAY = """
SELECT installed_rank, version, description, type, script, checksum, installed_on::text AS installed_on, success
FROM {} ORDER BY installed_rank
"""
Rows = list[dict[str, object]]


@record
class _Told:
    """What the database says: whose table it is, its rows, and the names of database and server."""

    table: str
    goose: bool
    rows: Rows
    database: str
    server: str


def pull(given: Namespace) -> int:
    """Ask the database and write the file; raises UsageError in words without anything secret in them."""
    if given.output and not given.output.lower().endswith(".json"):
        raise UsageError(f"--output takes a file that ends in .json, not {given.output}")
    root = Path(root_of("."))
    collected, output = _service(given, root)
    known = _known(output)
    told = asked(
        conninfo_of(given, os.environ),
        "applied",
        lambda psycopg, connection: _asked(psycopg, connection, _wanted(given, collected), given.timeout),
    )
    unhashed = _hash(told, collected, known) if told.goose else 0
    name = given.name or (known.name if known else "") or told.database
    head = {"table": told.table, "name": name, "server": told.server}
    write_file(output, render(head, datetime.now(tz=UTC), told.rows))
    count = "1 row" if len(told.rows) == 1 else f"{len(told.rows):,} rows"
    missing = f"; {unhashed:,} without a hash, for there is no file of that version here" if unhashed else ""
    say(f"{output}: {count} of {told.table} in {name}, PostgreSQL {told.server}{missing}\n")
    return Exit.CLEAN


def _service(given: Namespace, root: Path) -> tuple[Collected | None, str]:
    """The service whose database it is, None where there is no saying, and the file to write."""
    settings = load_settings(root, None)
    services = gathered(walked(root, ["."]), settings).services
    found = [each for each in services if given.service in (None, each.service.name, each.service.root)]
    if given.service and len(found) != 1:
        names = ", ".join(each.service.name for each in services) or "none"
        raise UsageError(f"{given.service} is no service with migrations; there are {names}")
    collected = found[0] if len(found) == 1 else None
    own = settings.service_at(collected.service.root).applied.file if collected else settings.general.applied.file
    return collected, given.output or (str(root / own) if own.endswith(".json") else DEFAULT_OUTPUT)


def _known(path: str) -> AppliedState | None:
    """What the file holds already; raises SettingsError where it is none of ours."""
    file = Path(path)
    return load(Document(path, file.read_text(encoding="utf-8"))) if file.is_file() else None


def _wanted(given: Namespace, collected: Collected | None) -> tuple[list[str], str | None]:
    """Names of tables to look for, and their schema where it is said."""
    schema, _, table = (given.table or "").rpartition(".")
    if table:
        return [table], schema or None
    if collected is None:
        return [GOOSE_TABLE, FLYWAY_TABLE], None
    own, name = collected.history
    return [name], own


def _asked(
    psycopg: Any, connection: psycopg.Connection, wanted: tuple[list[str], str | None], timeout: int
) -> _Told:  # Any: the module
    names, schema = wanted
    with connection.transaction():
        connection.execute(f"SET LOCAL statement_timeout = '{timeout}s'")
        connection.execute("SET LOCAL lock_timeout = '5s'")
        tables = connection.execute(_TABLES, (names, schema, schema)).fetchall()
        if len(tables) != 1:
            raise UsageError(_not_one(tables, names))
        columns = {
            row[0]
            for row in connection.execute(
                "SELECT attname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
                "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0",
                tables[0],
            )
        }
        goose = "version_id" in columns
        if not goose and "installed_rank" not in columns:
            raise UsageError(f"{'.'.join(tables[0])} is neither goose's table nor Flyway's")
        query = psycopg.sql.SQL(_GOOSE if goose else _FLYWAY).format(psycopg.sql.Identifier(*tables[0]))
        cursor = connection.execute(query)
        keys = [column.name for column in cursor.description or ()]
        rows: Rows = [dict(zip(keys, row, strict=True)) for row in cursor.fetchall()]
        database = str(connection.info.dbname)
    table = GOOSE_TABLE if goose else FLYWAY_TABLE
    return _Told(table, goose, rows, database, version_of(connection))


def _not_one(tables: list[tuple[Any, ...]], names: list[str]) -> str:  # Any: rows of psycopg
    if not tables:
        return f"the database has no table {' or '.join(names)}; if it has another name, say --table SCHEMA.NAME"
    found = ", ".join(f"{schema}.{name}" for schema, name in tables)
    return f"the database has several such tables ({found}): say which one with --table SCHEMA.NAME, or --service"


def _hash(told: _Told, collected: Collected | None, known: AppliedState | None) -> int:
    """Put hashes beside goose's rows: those that are known, else those of the files here; gives how many have none."""
    before: Mapping[Version, str] = {row.version: row.sha256 for row in known.rows if row.version} if known else {}
    here = {file.version: file for file in collected.files if file.version} if collected else {}
    missing = 0
    for row in told.rows:
        number = int(str(row["version_id"]))
        version = Version((number,), str(number))
        file = here.get(version)
        text = file.document.text if file is not None else ""
        sha256 = before.get(version) or (text_sha256(text) if text else "")
        if sha256 and row["is_applied"]:
            row["sha256"] = sha256
        missing += number > 0 and not sha256
    return missing
