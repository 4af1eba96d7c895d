"""Reaches the database of an environment; what is secret in its address is in no word that is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from avion_lint.cli.exit_codes import UsageError
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.server.address import Address, Secret, address_of, connect, driver
from avion_lint.record import replace
from avion_lint.settings.environments import Environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

_OWN = {"application_name", "connect_timeout", "fallback_application_name"}


class UnreachableError(CannotRunError):
    """The database does not answer here, or refuses us."""


def address_for(environment: Environment, service: str, environ: Mapping[str, str]) -> Address:
    """Where the service's database is in an environment; raises UsageError and CannotRunError, without saying it."""
    name = variable_of(environment, service)
    given = environ.get(name, "").strip()
    if not given:
        raise UsageError(
            f"the environment variable {name} is not set, or empty: it must hold the address of {service}'s database "
            f"in {environment.name} (`database-url-env` names another one)"
        )
    found = address_of(given)
    kept = {key: value for key, value in found.options.items() if key not in _OWN}
    return replace(found, options=kept)


def variable_of(environment: Environment, service: str) -> str:
    """The name of the variable with the address."""
    letters = "".join(letter if letter.isalnum() else "_" for letter in service.upper())
    return environment.database_url_env.replace("{service}", letters)


@contextmanager
def connected(address: Address, purpose: str) -> Iterator[tuple[psycopg.Connection, Address]]:
    """A connection of ours, and the address as it really is: with what libpq's own variables and files have added.

    Raises UnreachableError, without anything secret in it.
    """
    psycopg_error = driver().Error
    try:
        connection = connect(address, purpose)
    except psycopg_error as error:
        words = address.redacted(" ".join(str(error).split()))
        raise UnreachableError(f"the database cannot be reached: {words}") from None
    with connection:
        yield connection, _resolved(address, connection)


def _resolved(address: Address, connection: psycopg.Connection) -> Address:
    info = connection.info
    return replace(
        address,
        host=info.host,
        port=info.port,
        user=info.user,
        database=info.dbname,
        password=Secret(info.password or ""),
    )
