"""`avion-lint stats pull`: write down how large the tables of a database are."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.output import say
from avion_lint.cli.writing import write_file
from avion_lint.stats.write import render

DEFAULT_OUTPUT = "avion-lint.stats.json"
_ENVIRONMENT = ("PGSERVICE", "PGHOST", "PGHOSTADDR", "PGDATABASE", "PGUSER", "PGPORT")
_BY_HAND = "never give an address or a password on the command line: others see it in the list of processes and in logs"


def pull(given: Namespace) -> int:
    """Ask the database and write the file; raises UsageError in words without anything secret in them."""
    from avion_lint.cli.stats_pull import measured  # noqa: PLC0415 - psycopg, for this command only

    conninfo = _conninfo(given, os.environ)
    server, tables = measured(conninfo, given.timeout)
    write_file(given.output, render(datetime.now(tz=UTC), server, tables))
    unknown = sum(table.rows is None for table in tables)
    never = f"; {unknown:,} without a number of rows, for nothing has analysed them yet" if unknown else ""
    count = "1 table" if len(tables) == 1 else f"{len(tables):,} tables"
    say(f"{given.output}: {count} of PostgreSQL {server}{never}\n")
    return Exit.CLEAN


def refuse_secrets(arguments: list[str]) -> None:
    """Raise UsageError, without repeating it, where an address or a password stands among the arguments."""
    for argument in arguments:
        word = argument.lower()
        if "://" in word or "password=" in word or word.startswith("--password"):
            raise UsageError(f"{_BY_HAND}. Put it into an environment variable and name that: --database-url-env NAME")


def _conninfo(given: Namespace, environ: Mapping[str, str]) -> str:
    """Where the database is, as libpq takes it; "" for what its own environment variables say."""
    if given.database_url_env:
        return _from_environment(given.database_url_env, environ)
    if given.database_url_file:
        return _from_file(given.database_url_file)
    if given.service:
        if not given.service.replace("-", "").replace("_", "").replace(".", "").isalnum():
            raise UsageError("--service takes the name of a section of pg_service.conf")
        return f"service={given.service}"
    if not any(environ.get(name) for name in _ENVIRONMENT):
        words = "say which database: --database-url-env NAME, --database-url-file FILE, --service NAME"
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
