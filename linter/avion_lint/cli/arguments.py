"""The command line: which command, with which arguments."""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable

from avion_lint import __version__
from avion_lint.cli.usual import FORMATS

VERBS = (
    "lint",
    "fix",
    "new",
    "renumber",
    "contract",
    "show",
    "schema",
    "rules",
    "explain",
    "baseline",
    "stats",
    "history",
    "applied",
    "sum",
    "cache",
)

_DESCRIPTION = """\
Reads goose and Flyway migrations as the runner will, and says before anything runs what would lock, rewrite,
break the running application, fail half-way or lose data, and how to do it safely.

  avion-lint [PATH …]        judge what this change adds or edits (the default command, also `avion-lint lint`)
  avion-lint fix [PATH …]    mend what can be mended by changing text; --diff shows it and changes nothing
  avion-lint new NAME        make the next migration of a service, in its own convention
  avion-lint renumber        move new migrations behind those of the base branch
  avion-lint contract        list what is deprecated and whether it may be dropped now; --write makes the migration
  avion-lint show PATH …     print how the runner will read each file
  avion-lint schema          print the schema that the migrations make; `schema diff A B` what two versions differ in
  avion-lint rules           list all rules
  avion-lint explain RULE    print a rule's page
  avion-lint baseline        write the findings of today to a file, so that only new ones count
  avion-lint history         when each migration landed, in which release; --audit: what was done to it since
  avion-lint applied pull    write down what a database has run, so that it is known what is applied
  avion-lint sum             write down what every migration is, so that a change is seen without git
  avion-lint stats pull      write down how large the tables of a database are, so that findings know
"""

_CODES = """\
exit codes: 0 clean · 1 findings at or above the fail level · 2 usage, settings or policy wrong · 3 could not check
"""


def parse(arguments: list[str]) -> Callable[[], int]:
    """The command that the arguments ask for, ready to be called; wrong usage ends the process with code 2."""
    verb, rest = (arguments[0], arguments[1:]) if arguments and arguments[0] in VERBS else ("lint", arguments)
    commands = {
        "lint": _lint,
        "fix": _fix,
        "new": _new,
        "renumber": _renumber,
        "contract": _contract,
        "show": _show,
        "schema": _schema_difference if rest[:1] == ["diff"] else _schema,
        "rules": _rules,
        "explain": _explain,
        "baseline": _baseline,
        "stats": _stats,
        "history": _history,
        "applied": _applied,
        "sum": _sum,
        "cache": _cache,
    }
    return commands[verb](rest[1:] if verb == "schema" and rest[:1] == ["diff"] else rest)


def _parser(verb: str, description: str, epilog: str = "") -> ArgumentParser:
    program = "avion-lint" if verb == "lint" else f"avion-lint {verb}"
    return ArgumentParser(
        prog=program,
        description=description,
        epilog=epilog,
        formatter_class=_formatter,
        allow_abbrev=False,
    )


parser_of = _parser


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


def _add_scope(parser: ArgumentParser) -> None:
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


def _add_policy(parser: ArgumentParser) -> None:
    policy = parser.add_argument_group("what counts")
    policy.add_argument("--select", action="append", metavar="RULE,…", help="only these rules, by id, name or family")
    policy.add_argument("--ignore", action="append", metavar="RULE,…", help="all but these rules")
    policy.add_argument("--settings", metavar="FILE", help="settings file (default: avion-lint.yaml at the root)")
    policy.add_argument("--policy", metavar="NAME", help="policy instead of the settings' own: default, strict, a file")


def _lint(arguments: list[str]) -> Callable[[], int]:
    parser = _parser("lint", _DESCRIPTION, _CODES)
    parser.add_argument("--version", "-V", action="version", version=f"avion-lint {__version__}")
    _add_scope(parser)
    _add_policy(parser)
    parser.add_argument_group("what counts").add_argument(
        "--fail-on",
        choices=("error", "warning", "info"),
        help="lowest level that makes the exit code 1 (default: error)",
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 whatever is found")
    parser.add_argument("--fix", action="store_true", help="mend what can be mended first, as `avion-lint fix` does")
    _add_fixing(parser)
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=FORMATS, help="default: text, under GitHub Actions github")
    output.add_argument("--output", metavar="FILE", help="write the report to a file instead of standard output")
    output.add_argument(
        "--sarif",
        metavar="FILE",
        nargs="?",
        const="",
        help="SARIF to a file, beside the report; without FILE: as the report",
    )
    output.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    output.add_argument("-q", "--quiet", action="store_true", help="one line a finding")
    output.add_argument("-v", "--verbose", action="store_true", help="also what was assumed, suppressed and left alone")
    output.add_argument("--traceback", action="store_true", help=SUPPRESS)
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.lint import lint  # noqa: PLC0415 - other commands do not need it

        return lint(given)

    return run


def _add_fixing(parser: ArgumentParser) -> None:
    parser.add_argument("--unsafe-fixes", action="store_true", help="mend also what somebody has to read afterwards")
    parser.add_argument("--diff", action="store_true", help="print what would be changed, and change nothing")


_FIX_CODES = """\
exit codes: 0 nothing is left that fails · 1 findings at or above the fail level are left, or with --diff: there is
something to change · 2 usage, settings or policy wrong · 3 could not check or not write; then nothing is changed
"""


def _fix(arguments: list[str]) -> Callable[[], int]:
    parser = _parser(
        "fix",
        "Mend new migrations where that is a change of text: comments stay, statements that must not run together are\n"
        "split into files of their own, and everything is judged again before it is written. Migrations that are on\n"
        "the base branch are never touched. Without git, only files that are named one by one are.",
        _FIX_CODES,
    )
    _add_scope(parser)
    _add_policy(parser)
    _add_fixing(parser)
    parser.add_argument("--fail-on", choices=("error", "warning", "info"), help="as for avion-lint itself")
    parser.add_argument("--traceback", action="store_true", help=SUPPRESS)
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.fix import fix, refuse  # noqa: PLC0415 - other commands do not need it

        refuse(given)
        return fix(given)

    return run


# What a case is made of, for commands that judge nothing.
_UNASKED = {
    "paths": [],
    "all": False,
    "staged": False,
    "stdin_filename": None,
    "no_cache": True,
    "select": None,
    "ignore": None,
    "policy": None,
}


def _new(arguments: list[str]) -> Callable[[], int]:
    parser = _parser(
        "new",
        "Make the next migration of a service in its own convention: version behind all here and on the base branch,\n"
        "name, header, annotations and line ends as its other files have them; the author is git's user.name and\n"
        "user.email. Prints the path of what it made.",
        "exit codes: 0 made · 2 usage or settings wrong · 3 something is there already or cannot be written",
    )
    parser.add_argument("name", metavar="NAME", help="what it does, in words: 'add email to users'")
    parser.add_argument("--service", metavar="SERVICE", help="name of the service, or path of its folder")
    parser.add_argument("--no-transaction", action="store_true", help="run it outside a transaction")
    parser.add_argument("--dry-run", action="store_true", help="print what would be made, and make nothing")
    _add_base(parser)
    parser.add_argument("--no-git", action="store_true", help="do not ask git: neither for the base nor the author")
    parser.set_defaults(**_UNASKED)
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.new import new  # noqa: PLC0415 - other commands do not need it

        return new(given)

    return run


def _renumber(arguments: list[str]) -> Callable[[], int]:
    parser = _parser(
        "renumber",
        "Give new migrations versions behind the last one of the base branch, where they come before it or share a\n"
        "version; their order among themselves stays, and undo scripts and script configurations go with them. What\n"
        "is on the base branch is never renamed. Fetch the base branch first.",
        "exit codes: 0 done, or nothing to do · 1 with --dry-run: there is something to rename · 2 usage or settings "
        "wrong · 3 could not be done; then nothing is renamed",
    )
    parser.set_defaults(**_UNASKED)
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only what lies under these")
    parser.add_argument("--dry-run", action="store_true", help="print what would be renamed, and rename nothing")
    _add_base(parser)
    parser.set_defaults(no_git=False)
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.renumber import renumber  # noqa: PLC0415 - other commands do not need it

        return renumber(given)

    return run


def _contract(arguments: list[str]) -> Callable[[], int]:
    parser = _parser(
        "contract",
        "List what is deprecated, since when, and whether it may be dropped now; where not, why. --write makes the\n"
        "migrations that drop what may go, with a lock_timeout and a Down that says what is lost; read them before\n"
        "you commit them.",
        "exit codes: 0 listed or written · 2 usage or settings wrong · 3 something could not be checked or written",
    )
    parser.add_argument("--service", metavar="SERVICE", help="name of the service, or path of its folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--write", action="store_true", help="make the migrations and print their paths")
    _add_base(parser)
    parser.set_defaults(**_UNASKED, no_git=False)
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.contract import contract  # noqa: PLC0415 - other commands do not need it

        return contract(given)

    return run


def _add_base(parser: ArgumentParser) -> None:
    parser.add_argument("--base", metavar="REF", help="what is on this branch counts as applied (default: detected)")
    parser.add_argument("--settings", metavar="FILE", help="settings file (default: avion-lint.yaml at the root)")
    parser.add_argument("--traceback", action="store_true", help=SUPPRESS)


def _baseline(arguments: list[str]) -> Callable[[], int]:
    parser = _parser(
        "baseline",
        "Write the findings of today to the baseline file, so that from now on only new ones count.",
    )
    _add_scope(parser)
    _add_policy(parser)
    parser.add_argument("--output", metavar="FILE", help="default: the settings' baseline, avion-lint-baseline.json")
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.baseline import baseline  # noqa: PLC0415 - other commands do not need it

        return baseline(given)

    return run


def _show(arguments: list[str]) -> Callable[[], int]:
    parser = _parser(
        "show", "Print how the runner will read each migration: sections, transactions, statements and what they do."
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files or folders")
    parser.add_argument(
        "--timeline",
        action="store_true",
        help="which relation is locked in which mode from which statement until when, and what runs meanwhile",
    )
    parser.add_argument(
        "--format", choices=("text", "json", "html"), default="text", help="html: the timeline as a page by itself"
    )
    parser.add_argument("--output", metavar="FILE", help="write to a file instead of standard output")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    parser.add_argument("--settings", metavar="FILE")
    parser.add_argument(
        "--postgres",
        type=int,
        choices=range(12, 19),
        metavar="N",
        help="what statements do on PostgreSQL N, 12 to 18 (default: the settings' version)",
    )
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.show import show  # noqa: PLC0415 - other commands do not need it

        return show(given)

    return run


def _schema(arguments: list[str]) -> Callable[[], int]:
    parser = _parser(
        "schema",
        "Print the schema that a service's migrations make. `schema diff A B` tells what two versions differ in.",
        "exit codes: 0 printed · 2 usage or settings wrong · 3 something in it could not be read or written",
    )
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="names of services, or paths of their folders")
    parser.add_argument("--at", metavar="VERSION", help="as it is after this version, 0: before the first one")
    parser.add_argument("--format", choices=("text", "json", "sql", "mermaid"), default="text")
    parser.add_argument("--settings", metavar="FILE")
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.schema import schema  # noqa: PLC0415 - other commands do not need it

        return schema(given)

    return run


def _schema_difference(arguments: list[str]) -> Callable[[], int]:
    side = "VERSION, REF:VERSION in a commit (REF: for its last one), or FILE.sql from pg_dump --schema-only"
    parser = _parser(
        "schema diff",
        "Tell what was added, dropped and changed between two schemas of a service.",
        "exit codes: 0 told · 1 with --exit-code, where they differ · 2 usage or settings wrong · "
        "3 something that belongs to them could not be read",
    )
    parser.add_argument("before", metavar="A", help=side)
    parser.add_argument("after", metavar="B", help="as A")
    parser.add_argument("--service", metavar="SERVICE", help="name of the service, or path of its folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--exit-code", action="store_true", help="exit with 1 where they differ")
    parser.add_argument("--settings", metavar="FILE")
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.schema import difference  # noqa: PLC0415 - other commands do not need it

        return difference(given)

    return run


_STATS = """\
Write down how large the tables of a database are: rows, bytes, indexes, partitions summed up. With
`stats: avion-lint.stats.json` in avion-lint.yaml, findings about small tables are silent, those about large
ones louder, and messages say how long the work takes.

One read-only transaction reads the catalogue; it locks no table and waits for none. Only names of tables,
numbers, the time and the server's version are written down.
"""

_STATS_MORE = """\
Where the database is, never stands on the command line, where others could read it. Without one of the options
libpq's own variables tell: PGSERVICE, or PGHOST, PGDATABASE, PGUSER, PGPASSWORD …; ~/.pgpass is read as well.
"""


def _stats(arguments: list[str]) -> Callable[[], int]:
    from avion_lint.cli.database import refuse_secrets  # noqa: PLC0415 - for this command only
    from avion_lint.cli.stats import DEFAULT_OUTPUT, pull  # noqa: PLC0415 - as above

    refuse_secrets(arguments)
    parser = _parser("stats", _STATS, _STATS_MORE)
    parser.add_argument("what", choices=("pull",), help="pull: ask a database")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--database-url-env", metavar="NAME", help="environment variable with the address (a DSN or URL)"
    )
    where.add_argument("--database-url-file", metavar="FILE", help="file with the address, in one line")
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


def _history(arguments: list[str]) -> Callable[[], int]:
    from avion_lint.cli.arguments_history import history  # noqa: PLC0415 - other commands do not need it

    return history(arguments)


def _applied(arguments: list[str]) -> Callable[[], int]:
    from avion_lint.cli.arguments_history import applied  # noqa: PLC0415 - other commands do not need it

    return applied(arguments)


def _sum(arguments: list[str]) -> Callable[[], int]:
    from avion_lint.cli.arguments_history import sums  # noqa: PLC0415 - other commands do not need it

    return sums(arguments)


def _cache(arguments: list[str]) -> Callable[[], int]:
    parser = _parser(
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


def _rules(arguments: list[str]) -> Callable[[], int]:
    parser = _parser("rules", "List all rules with their levels.")
    parser.add_argument("--format", choices=("text", "markdown"), default="text")
    parser.add_argument("--policy", default="default", metavar="NAME", help="whose levels: default or strict")
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.rules import rules  # noqa: PLC0415 - other commands do not need it

        return rules(given)

    return run


def _explain(arguments: list[str]) -> Callable[[], int]:
    parser = _parser("explain", "Print a rule's page: why, when it is fine, how to do it safely.")
    parser.add_argument("rule", metavar="RULE", help="id or name")
    given: Namespace = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.explain import explain  # noqa: PLC0415 - other commands do not need it

        return explain(given)

    return run
