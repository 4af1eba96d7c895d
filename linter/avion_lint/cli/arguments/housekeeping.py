"""The arguments of stats and cache."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.cli.arguments.common import DATABASE, add_database, parser_of

_STATS = """\
Write down how large the tables of a database are: rows, bytes, indexes, partitions summed up. With
`stats: avion-lint.stats.json` in avion-lint.yaml, findings about small tables are silent, those about large
ones louder, and messages say how long the work takes.

One read-only transaction reads the catalogue; it locks no table and waits for none. Only names of tables,
numbers, the time and the server's version are written down.
"""


def stats_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint stats`."""
    from avion_lint.cli.database import refuse_secrets  # noqa: PLC0415 - for this command only
    from avion_lint.cli.stats import DEFAULT_OUTPUT, pull  # noqa: PLC0415 - as above

    refuse_secrets(arguments)
    parser = parser_of("stats", _STATS, DATABASE)
    parser.add_argument("what", choices=("pull",), help="pull: ask a database")
    where = add_database(parser)
    where.add_argument("--service", metavar="NAME", help="section of pg_service.conf")
    parser.add_argument("--output", metavar="FILE", default=DEFAULT_OUTPUT, help=f"default: {DEFAULT_OUTPUT}")
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
    return lambda: pull(given)


def cache_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint cache`."""
    parser = parser_of(
        "cache",
        "Tell where the cache is and how large, or empty it. It holds what applied migrations come to, so that a run "
        "reads only those that are new; AVION_LINT_CACHE names another folder.",
    )
    parser.add_argument("what", choices=("info", "clean"), nargs="?", default="info")
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.cache import cache  # noqa: PLC0415 - other commands do not need it

        return cache(given)

    return run
