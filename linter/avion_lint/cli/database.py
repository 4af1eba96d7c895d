"""Reaches the database that the command line tells of, and lets nothing secret into a word that is written."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path

from avion_lint.cli.exit_codes import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    import psycopg

    Told = TypeVar("Told")

_ENVIRONMENT = ("PGSERVICE", "PGHOST", "PGHOSTADDR", "PGDATABASE", "PGUSER", "PGPORT")
_BY_HAND = "never give an address or a password on the command line: others see it in the list of processes and in logs"
_LEAST = 120000  # server_version_num of PostgreSQL 12


def refuse_secrets(arguments: list[str]) -> None:
    """Raise UsageError, without repeating it, where an address or a password stands among the arguments."""
    for argument in arguments:
        word = argument.lower()
        if "://" in word or "password=" in word or word.startswith("--password"):
            raise UsageError(f"{_BY_HAND}. Put it into an environment variable and name that: --database-url-env NAME")


def conninfo_of(given: Namespace, environ: Mapping[str, str], service: str | None = None) -> str:
    """Where the database is, as libpq takes it; "" for what its own environment variables say.

    `service` is a section of pg_service.conf. Raises UsageError.
    """
    if given.database_url_env:
        return _from_environment(given.database_url_env, environ)
    if given.database_url_file:
        return _from_file(given.database_url_file)
    if service:
        if not service.replace("-", "").replace("_", "").replace(".", "").isalnum():
            raise UsageError("--service takes the name of a section of pg_service.conf")
        return f"service={service}"
    if not any(environ.get(name) for name in _ENVIRONMENT):
        words = "say which database: --database-url-env NAME, --database-url-file FILE"
        raise UsageError(f"{words}, or {', '.join(_ENVIRONMENT[:-1])} or {_ENVIRONMENT[-1]} in the environment")
    return ""


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    if not name.isidentifier():
        raise UsageError(f"--database-url-env takes the name of an environment variable; {_BY_HAND}")
    if not environ.get(name, "").strip():
        raise UsageError(f"the environment variable {name} is not set, or empty")
    return environ[name].strip()


def _from_file(path: str) -> str:
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or "").lower() if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{path} cannot be read: {reason}") from None
    if not text or "\n" in text:
        raise UsageError(f"{path} must hold one line, the address of the database")
    return text


def asked(conninfo: str, purpose: str, question: Callable[[Any, psycopg.Connection], Told]) -> Told:
    """The answer to a question, which is given the module psycopg and a connection that can only read.

    `purpose` is the last word of the connection's application_name. Raises UsageError; what is secret in `conninfo` is
    never in it.
    """
    psycopg = _psycopg()
    secrets = _secrets(psycopg, conninfo)
    try:
        with psycopg.connect(conninfo, connect_timeout=10, application_name=f"avion-lint {purpose}") as connection:
            version = connection.info.server_version
            if version < _LEAST:
                raise UsageError(f"the server is PostgreSQL {version // 10000}; avion-lint knows 12 and later")
            connection.read_only = True
            return question(psycopg, connection)
    except psycopg.Error as error:
        words = " ".join(str(error).split()) or type(error).__name__
        for secret in secrets:
            words = words.replace(secret, "…")
        raise UsageError(f"the database cannot be asked: {words}") from None


def version_of(connection: psycopg.Connection) -> str:
    """The server's version: `15.8`."""
    version = connection.info.server_version
    return f"{version // 10000}.{version % 10000}"


def _psycopg() -> Any:  # the module, which may be absent
    try:
        import psycopg  # noqa: PLC0415 - an extra that only this needs
    except ImportError:
        raise UsageError("this needs psycopg: pip install 'avion-lint[stats]'") from None
    return psycopg


def _secrets(psycopg: Any, conninfo: str) -> tuple[str, ...]:
    """Passwords in a connection string; raises UsageError where it is none, without saying what it is."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - as above

    try:
        given = conninfo_to_dict(conninfo)
    except psycopg.Error:  # its words may quote the password
        said = "the address is not one that libpq understands (postgresql://user@host/database, or host=… dbname=…)"
        raise UsageError(f"{said}; is a character in the password not written as %XX?") from None
    return tuple(str(given[key]) for key in ("password", "sslpassword") if given.get(key))
