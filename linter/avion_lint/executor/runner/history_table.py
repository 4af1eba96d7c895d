"""What a runner's own table says that a database has run."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.runners.flyway_name_grammar import parse_version
from avion_lint.runners.migration import Runner, Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import psycopg

_WHERE = """
SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relname = %s AND n.nspname !~ '^pg_' ORDER BY 1
"""
_GOOSE = "SELECT id, version_id, is_applied FROM {} ORDER BY id"
_FLYWAY = "SELECT installed_rank, version, description, type, script, checksum, success FROM {} ORDER BY installed_rank"


@record
class Applied:
    """The rows of the table, and what they come to.

    `versions` are applied, in their order; `current` is what the runner calls the current version, None before the
    first. `failed` are scripts that Flyway began and did not end. `there` tells whether the table is there at all.
    """

    rows: tuple[tuple[object, ...], ...] = ()
    versions: tuple[Version, ...] = ()
    current: Version | None = None
    failed: tuple[str, ...] = ()
    there: bool = False


def read_applied(connection: psycopg.Connection, runner: Runner, table: str) -> Applied:
    """What the table says; raises psycopg.Error."""
    from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

    found = connection.execute(_WHERE, (table,)).fetchone()
    if found is None:
        return Applied()
    query = sql.SQL(_GOOSE if runner is Runner.GOOSE else _FLYWAY).format(sql.Identifier(*found))
    rows = tuple(connection.execute(query).fetchall())
    return _of_goose(rows) if runner is Runner.GOOSE else _of_flyway(rows)


def _of_goose(rows: tuple[tuple[Any, ...], ...]) -> Applied:  # Any: values of the table's columns
    """Goose deletes the row of what it undoes; the newest row is the current version (old ones had another way)."""
    state = {version: applied for _, version, applied in rows}
    found = tuple(sorted(_version(number) for number, applied in state.items() if applied and number > 0))
    last = next((number for _, number, applied in reversed(rows) if applied and state[number]), 0)
    return Applied(rows, found, _version(last) if last else None, there=True)


def _version(number: int) -> Version:
    return Version((number,), str(number))


def _of_flyway(rows: tuple[tuple[Any, ...], ...]) -> Applied:  # Any: as above
    found = tuple(sorted(_flyway_versions(rows)))
    failed = tuple(str(script) for _, _, _, _, script, _, success in rows if not success)
    return Applied(rows, found, found[-1] if found else None, failed, there=True)


def _flyway_versions(rows: tuple[tuple[Any, ...], ...]) -> Iterator[Version]:  # Any: as above
    undone: dict[str, bool] = {}
    for _, version, _, kind, _, _, success in rows:
        if version is not None and success:
            undone[version] = str(kind).startswith(("UNDO", "DELETE"))
    for text, gone in undone.items():
        version = parse_version(text)
        if version is not None and not gone:
            yield version
