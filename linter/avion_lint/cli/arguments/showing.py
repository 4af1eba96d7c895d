"""The arguments of the commands that show what is known: show, schema, rules, explain."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable

from avion_lint.cli.arguments.common import parser_of


def show_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint show`."""
    parser = parser_of(
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


def schema_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint schema`."""
    parser = parser_of(
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


def schema_difference_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint schema diff`."""
    side = "VERSION, REF:VERSION in a commit (REF: for its last one), or FILE.sql from pg_dump --schema-only"
    parser = parser_of(
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


def rules_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint rules`."""
    parser = parser_of("rules", "List all rules with their levels.")
    parser.add_argument("--format", choices=("text", "markdown"), default="text")
    parser.add_argument("--policy", default="default", metavar="NAME", help="whose levels: its name, or a file")
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.rules import rules  # noqa: PLC0415 - other commands do not need it

        return rules(given)

    return run


def explain_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint explain`."""
    parser = parser_of("explain", "Print a rule's page: why, when it is fine, how to do it safely.")
    parser.add_argument("rule", metavar="RULE", help="id or name")
    given: Namespace = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.explain import explain  # noqa: PLC0415 - other commands do not need it

        return explain(given)

    return run
