"""What the arguments of several commands have in common."""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import _MutuallyExclusiveGroup


def parser_of(verb: str, description: str, epilog: str = "") -> ArgumentParser:
    """Make the parser of a command; the epilog tells its exit codes."""
    program = "avion-lint" if verb == "lint" else f"avion-lint {verb}"
    return ArgumentParser(
        prog=program,
        description=description,
        epilog=epilog,
        formatter_class=_formatter,
        allow_abbrev=False,
    )


def _formatter(prog: str) -> RawDescriptionHelpFormatter:
    """Make help as wide as the terminal; argparse loads four modules to know that."""
    return RawDescriptionHelpFormatter(prog, width=_columns() - 2)


def _columns() -> int:
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _USUAL
    except (OSError, ValueError):
        return _USUAL


_USUAL = 80


def add_scope(parser: ArgumentParser) -> None:
    """Add what says which files are judged."""
    scope = parser.add_argument_group("what is judged")
    scope.add_argument(
        "paths", nargs="*", metavar="PATH", help="judge only what lies under these; the rest stays known"
    )
    which = scope.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="judge every migration, each as it was when it landed")
    which.add_argument("--staged", action="store_true", help="judge what is staged for the next commit")
    scope.add_argument("--base", metavar="REF", help="what is on this branch counts as applied (default: detected)")
    scope.add_argument("--no-git", action="store_true", help="do not ask git; every file is its own deployment")
    scope.add_argument("--stdin-filename", metavar="PATH", help="judge standard input as if it were this file")
    scope.add_argument("--no-cache", action="store_true", help="neither use nor keep what applied migrations come to")


def add_policy(parser: ArgumentParser) -> None:
    """Add what says which rules count."""
    policy = parser.add_argument_group("what counts")
    policy.add_argument("--select", action="append", metavar="RULE,…", help="only these rules, by id, name or family")
    policy.add_argument("--ignore", action="append", metavar="RULE,…", help="all but these rules")
    policy.add_argument("--settings", metavar="FILE", help="settings file (default: avion-lint.yaml at the root)")
    policy.add_argument(
        "--settings-from",
        metavar="REF",
        help="settings, policy and baseline as they are in this commit, so that a change cannot loosen them",
    )
    policy.add_argument("--policy", metavar="NAME", help="policy instead of the settings' own: default, strict, a file")


def add_fixing(parser: ArgumentParser) -> None:
    """Add what says how fixes are made."""
    parser.add_argument("--unsafe-fixes", action="store_true", help="mend also what somebody has to read afterwards")
    parser.add_argument("--diff", action="store_true", help="print what would be changed, and change nothing")


def add_base(parser: ArgumentParser) -> None:
    """Add what commands need that judge nothing but ask git."""
    parser.add_argument("--base", metavar="REF", help="what is on this branch counts as applied (default: detected)")
    parser.add_argument("--settings", metavar="FILE", help="settings file (default: avion-lint.yaml at the root)")
    parser.add_argument("--traceback", action="store_true", help=SUPPRESS)


# What a case is made of, for commands that judge nothing.
UNASKED = {
    "paths": [],
    "all": False,
    "staged": False,
    "stdin_filename": None,
    "no_cache": True,
    "select": None,
    "ignore": None,
    "policy": None,
    "settings_from": None,
}


DATABASE = """\
Where the database is, never stands on the command line, where others could read it. Without one of the options
libpq's own variables tell: PGSERVICE, or PGHOST, PGDATABASE, PGUSER, PGPASSWORD …; ~/.pgpass is read as well.
"""


def add_database(parser: ArgumentParser) -> _MutuallyExclusiveGroup:
    """Add what says where the address of a database is; gives the group, of which only one option may be taken."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--database-url-env", metavar="NAME", help="environment variable with the address (a DSN or URL)"
    )
    where.add_argument("--database-url-file", metavar="FILE", help="file with the address, in one line")
    return where
