"""The arguments of the commands that judge: lint, fix, baseline."""

from __future__ import annotations

from argparse import SUPPRESS
from collections.abc import Callable

from avion_lint import __version__
from avion_lint.cli.arguments.common import add_fixing, add_policy, add_scope, parser_of
from avion_lint.cli.usual import FORMATS

_DESCRIPTION = """\
Reads goose and Flyway migrations as the runner will, and says before anything runs what would lock, rewrite,
break the running application, fail half-way or lose data, and how to do it safely.

  avion-lint [PATH …]        judge what this change adds or edits (the default command, also `avion-lint lint`)
  avion-lint fix [PATH …]    mend what can be mended by changing text; --diff shows it and changes nothing
  avion-lint new NAME        make the next migration of a service, in its own convention
  avion-lint renumber        move new migrations behind those of the base branch
  avion-lint contract        list what is deprecated and whether it may be dropped now; --write makes the migration
  avion-lint init            write workflows, Jobs, settings, alerts and scripts around migrations; --diff shows them
  avion-lint show PATH …     print how the runner will read each file
  avion-lint schema          print the schema that the migrations make; `schema diff A B` what two versions differ in
  avion-lint rules           list all rules
  avion-lint explain RULE    print a rule's page
  avion-lint baseline        write the findings of today to a file, so that only new ones count
  avion-lint history         when each migration landed, in which release; --audit: what was done to it since
  avion-lint applied pull    write down what a database has run, so that it is known what is applied
  avion-lint sum             write down what every migration is, so that a change is seen without git
  avion-lint verify [SERVICE]  run the migrations on a throw-away PostgreSQL server: up, down, on the last release
  avion-lint stats pull      write down how large the tables of a database are, so that findings know
"""


_CODES = """\
exit codes: 0 clean · 1 findings at or above the fail level · 2 usage, settings or policy wrong · 3 could not check
"""


def lint_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint lint`."""
    parser = parser_of("lint", _DESCRIPTION, _CODES)
    parser.add_argument("--version", "-V", action="version", version=f"avion-lint {__version__}")
    add_scope(parser)
    add_policy(parser)
    parser.add_argument_group("what counts").add_argument(
        "--fail-on",
        choices=("error", "warning", "info"),
        help="lowest level that makes the exit code 1 (default: error)",
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 whatever is found")
    parser.add_argument("--fix", action="store_true", help="mend what can be mended first, as `avion-lint fix` does")
    add_fixing(parser)
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


_FIX_CODES = """\
exit codes: 0 nothing is left that fails · 1 findings at or above the fail level are left, or with --diff: there is
something to change · 2 usage, settings or policy wrong · 3 could not check or not write; then nothing is changed
"""


def fix_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint fix`."""
    parser = parser_of(
        "fix",
        "Mend new migrations where that is a change of text: comments stay, statements that must not run together are\n"
        "split into files of their own, and everything is judged again before it is written. Migrations that are on\n"
        "the base branch are never touched. Without git, only files that are named one by one are.",
        _FIX_CODES,
    )
    add_scope(parser)
    add_policy(parser)
    add_fixing(parser)
    parser.add_argument("--fail-on", choices=("error", "warning", "info"), help="as for avion-lint itself")
    parser.add_argument("--traceback", action="store_true", help=SUPPRESS)
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.fix import fix, refuse  # noqa: PLC0415 - other commands do not need it

        refuse(given)
        return fix(given)

    return run


def baseline_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint baseline`."""
    parser = parser_of(
        "baseline",
        "Write the findings of today to the baseline file, so that from now on only new ones count.",
    )
    add_scope(parser)
    add_policy(parser)
    parser.add_argument("--output", metavar="FILE", help="default: the settings' baseline, avion-lint-baseline.json")
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.baseline import baseline  # noqa: PLC0415 - other commands do not need it

        return baseline(given)

    return run
