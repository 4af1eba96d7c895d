"""Restores a backup into a new database, so that nothing that is there is touched."""

from __future__ import annotations

from pathlib import Path

from avion_lint.executor.backups.backup import Backup, read_manifest, sha256_of
from avion_lint.executor.children.processes import Custody, Order
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.server.address import Address, connect, driver
from avion_lint.executor.server.clients import client, environment_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg


def checked(file: Path) -> Backup:
    """The manifest of a backup whose file is what it was when it was made; raises CannotRunError."""
    made = read_manifest(file)
    try:
        same = sha256_of(file) == made.sha256
    except OSError as error:
        raise CannotRunError(f"{file} cannot be read: {(error.strerror or str(error)).lower()}") from None
    if not same:
        raise CannotRunError(f"{file} is not what it was when it was made: it was changed, or cut off")
    return made


def restore(
    address: Address, file: Path, name: str, custody: Custody, private: Path, *, programs: str | None = None
) -> None:
    """Make the database `name` and restore the file into it; raises CannotRunError, and psycopg.Error.

    Where it cannot be restored whole, the new database is dropped again.
    """
    from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

    with connect(address, "restore") as connection:
        program = client("pg_restore", connection.info.server_version // 10000, programs)
        _make(connection, name)
        environment = environment_for(address, private, name)
        order = Order((program, "--exit-on-error", f"--dbname=dbname={name}", str(file)), environment, cwd=str(private))
        try:
            code, said = custody.run(order, private / "pg_restore")
            if code == 0:
                return
            words = address.redacted(" ".join(said.split()))[-400:]
        except BaseException:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            raise
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        raise CannotRunError(f"pg_restore ended with code {code}, and {name} was dropped again: {words}")


def _make(connection: psycopg.Connection, name: str) -> None:
    from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

    try:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except driver().errors.DuplicateDatabase:
        raise CannotRunError(f"there is a database {name} already", "name another one with --into") from None
