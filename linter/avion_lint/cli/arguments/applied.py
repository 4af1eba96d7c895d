"""The arguments of the commands about what is applied: history, applied pull, sum."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.cli.arguments.common import DATABASE, add_database, parser_of

_HISTORY = """\
Tell of each migration when it landed on the base branch, which release was the first to have it, whether it is applied,
and what was done to it since. With --audit: only what was done to migrations after they had landed (changed, renamed,
renumbered, deleted, added out of order), with its age; what did harm comes first. The whole history is read.
"""

_HISTORY_CODES = """\
exit codes: 0 told · 1 with --audit, where harm was done · 2 usage or settings wrong · 3 the history is not all there
"""


def history_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint history`."""
    parser = parser_of("history", _HISTORY, _HISTORY_CODES)
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="names of services, or paths in them")
    parser.add_argument("--audit", action="store_true", help="what was done to migrations after they had landed")
    parser.add_argument("--since", metavar="DAY", help="with --audit: leave out what was done before (YYYY-MM-DD)")
    parser.add_argument("--base", metavar="REF", help="the branch whose history is read (default: detected)")
    parser.add_argument(
        "--releases", metavar="PATTERN", help="tags that are releases (default: `applied: {tags: …}`, else v*)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--settings", metavar="FILE")
    given = parser.parse_args(arguments)
    if given.since and not given.audit:
        parser.error("--since goes with --audit")

    def run() -> int:
        from avion_lint.cli.history import history as command  # noqa: PLC0415 - other commands do not need it

        return command(given)

    return run


_APPLIED = """\
Write down what a database has run, from goose_db_version or flyway_schema_history. With `applied: {file: …}` in
avion-lint.yaml that is what counts as applied, instead of what is on the base branch. For goose, which keeps none, the
hash of each file is taken when its version is first seen applied.

One read-only transaction reads that table. Versions, names of scripts, checksums and times are written down, no users.
"""


def applied_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint applied pull`."""
    from avion_lint.cli.database import refuse_secrets  # noqa: PLC0415 - other commands do not need it

    refuse_secrets(arguments)
    parser = parser_of("applied", _APPLIED, DATABASE)
    parser.add_argument("what", choices=("pull",), help="pull: ask a database")
    add_database(parser)
    parser.add_argument("--service", metavar="SERVICE", help="whose database it is: name of the service, or its folder")
    parser.add_argument("--table", metavar="[SCHEMA.]NAME", help="the runner's table, where it has another name")
    parser.add_argument("--name", metavar="NAME", help="what findings call the database (default: its own name)")
    parser.add_argument("--output", metavar="FILE", help="default: the settings' file, avion-lint.applied.json")
    parser.add_argument(
        "--timeout",
        type=int,
        default=30,
        choices=range(1, 3601),
        metavar="SECONDS",
        help="for the question; default: 30",
    )
    given, unknown = parser.parse_known_args(arguments)
    if unknown:  # argparse would repeat them, and one of them may be a password
        parser.error("there are arguments that it does not know; see --help")

    def run() -> int:
        from avion_lint.cli.applied_pull import pull  # noqa: PLC0415 - other commands do not need it

        return pull(given)

    return run


def sums_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint sum`."""
    parser = parser_of(
        "sum",
        "Write the SHA-256 of every migration to avion-lint.sum, so that a later change is seen without git, and two\n"
        "branches that add migrations to one service at once meet in a merge conflict. Where the file is there,\n"
        "avion-lint compares it. What is on the base branch is not written down with another text.",
        "exit codes: 0 written, or with --check: right · 1 a migration that is applied was changed, or with --check: "
        "wrong · 2 usage or settings wrong",
    )
    parser.add_argument("--check", action="store_true", help="write nothing, tell by the exit code whether it is right")
    parser.add_argument("--accept", action="store_true", help="write down changed texts of what is on the base branch")
    parser.add_argument("--settings", metavar="FILE")
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.sums import sums as command  # noqa: PLC0415 - other commands do not need it

        return command(given)

    return run
