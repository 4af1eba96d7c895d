"""`avion-lint stats pull`: write down how large the tables of a database are."""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, datetime

from avion_lint.cli.database import conninfo_of
from avion_lint.cli.exit_codes import Exit
from avion_lint.cli.output import say
from avion_lint.cli.writing import write_file
from avion_lint.stats.write import render

DEFAULT_OUTPUT = "avion-lint.stats.json"


def pull(given: Namespace) -> int:
    """Ask the database and write the file; raises UsageError in words without anything secret in them."""
    from avion_lint.cli.stats_pull import measured  # noqa: PLC0415 - psycopg, for this command only

    conninfo = conninfo_of(given, os.environ, given.service)
    server, tables = measured(conninfo, given.timeout)
    write_file(given.output, render(datetime.now(tz=UTC), server, tables))
    unknown = sum(table.rows is None for table in tables)
    never = f"; {unknown:,} without a number of rows, for nothing has analysed them yet" if unknown else ""
    count = "1 table" if len(tables) == 1 else f"{len(tables):,} tables"
    say(f"{given.output}: {count} of PostgreSQL {server}{never}\n")
    return Exit.CLEAN
