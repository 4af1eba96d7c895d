"""What a database says it has run: the rows of its runner's own table, read in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from avion_lint.applied.model import FLYWAY_TABLE, AppliedState
from avion_lint.applied.read import load
from avion_lint.applied.write import render
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.plan import canonical
from avion_lint.hashing import hasher
from avion_lint.record import record
from avion_lint.runners.migration import GOOSE_TABLE, Runner, Version
from avion_lint.source import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

_TABLES = """
SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relname = %s AND (%s::text IS NULL OR n.nspname = %s::text)
  AND n.nspname !~ '^pg_' ORDER BY 1
"""
_GOOSE = "SELECT id, version_id, is_applied, tstamp::text AS tstamp FROM {} ORDER BY id"
_FLYWAY = """
SELECT installed_rank, version, description, type, script, checksum, installed_on::text AS installed_on, success
FROM {} ORDER BY installed_rank
"""


@record
class Recorded:
    """The runner's table at a moment: its name with its schema ("" where it is not there), and what its rows come to.

    `rows` is how many there are. `fingerprint` (hexadecimal SHA-256) is another one when any row is.
    """

    table: str
    state: AppliedState
    rows: int
    fingerprint: str

    @property
    def versions(self) -> tuple[Version, ...]:
        """Versions that are applied, in their order."""
        return tuple(sorted(row.version for row in self.state.rows if row.version is not None and not row.failed))

    @property
    def newest(self) -> str:
        """The highest version that is applied, "0" for none."""
        return canonical(self.versions[-1]) if self.versions else "0"

    @property
    def last(self) -> str:
        """The version that was applied last, "0" for none; it need not be the highest."""
        rows = [row.version for row in self.state.rows if row.version is not None and not row.failed]
        return canonical(rows[-1]) if rows else "0"

    @property
    def failed(self) -> tuple[str, ...]:
        """Versions or scripts that Flyway began and did not end."""
        failed = (row for row in self.state.rows if row.failed)
        return tuple(canonical(row.version) if row.version else row.script for row in failed)


def read(
    connection: psycopg.Connection,
    runner: Runner,
    table: str,
    schema: str | None = None,
    hashes: Mapping[str, str] | None = None,
) -> Recorded:
    """Read the table; raises CannotRunError where several schemas have one, and psycopg.Error.

    `hashes` are those of goose's files by version, as an audit trail knows them.
    """
    from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

    found = connection.execute(_TABLES, (table, schema, schema)).fetchall()
    name = str(connection.info.dbname)
    if not found:
        return Recorded("", _nothing(runner, table, name), 0, _hash([]))
    if len(found) > 1:
        names = ", ".join(".".join(each) for each in found)
        raise CannotRunError(f"several schemas have the runner's table: {names}", "give each service its own database")
    query = sql.SQL(_GOOSE if runner is Runner.GOOSE else _FLYWAY).format(sql.Identifier(*found[0]))
    cursor = connection.execute(query)
    keys = [column.name for column in cursor.description or ()]
    rows = [dict(zip(keys, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        known = (hashes or {}).get(str(row.get("version_id")))
        if known and row["is_applied"]:
            row["sha256"] = known
    shown = ".".join(found[0])
    if not rows:
        return Recorded(shown, _nothing(runner, table, name), 0, _hash([]))
    text = render({"table": table, "name": name}, datetime.now(tz=UTC), rows)
    return Recorded(shown, load(Document(shown, text)), len(rows), _hash(rows))


def _nothing(runner: Runner, table: str, name: str) -> AppliedState:
    usual = GOOSE_TABLE if runner is Runner.GOOSE else FLYWAY_TABLE
    return AppliedState(Document(table, ""), runner, usual, name, datetime.now(tz=UTC).date(), ())


def _hash(rows: list[dict[str, object]]) -> str:
    plain = [{key: str(value) for key, value in row.items() if key != "sha256"} for row in rows]
    return str(hasher("sha256")(repr(plain).encode()).hexdigest())
