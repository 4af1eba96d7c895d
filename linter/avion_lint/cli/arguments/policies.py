"""The arguments of the commands about policies: policy test, policy show."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.cli.arguments.common import parser_of


def policy_arguments(arguments: list[str]) -> Callable[[], int]:
    """Say which commands there are; ends the process."""
    parser = parser_of("policy", "Commands about policies; `avion-lint policy test --help` tells more of each.")
    parser.add_argument("command", choices=("test", "show"), help="test: try checks on their examples; show: print it")
    parser.parse_args(arguments)
    return lambda: 0


def test_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint policy test`."""
    parser = parser_of(
        "policy test",
        "Try each check of a policy on its examples: it must find something in those that fail, at the lines\n"
        "with a mark (`# finds XA101`) where there are marks, and nothing in those that pass.",
        "exit codes: 0 all as it should be · 1 an example is not, or a check lacks examples · 2 usage, settings or\n"
        "policy wrong · 3 there is no check",
    )
    parser.add_argument("policies", nargs="*", metavar="FILE", help="policy files (default: the settings' policy)")
    parser.add_argument("--settings", metavar="FILE", help="settings file (default: avion-lint.yaml at the root)")
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.policy import test  # noqa: PLC0415 - other commands do not need it

        return test(given)

    return run


def show_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint policy show`."""
    parser = parser_of(
        "policy show",
        "Print the policy in force: each rule and check with its level, its options, and where they are said.",
    )
    parser.add_argument("--environment", metavar="NAME", help="as it holds for this environment")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--all", action="store_true", help="also rules that are off")
    parser.add_argument("--policy", metavar="NAME", help="policy instead of the settings' own: its name, or a file")
    parser.add_argument("--settings", metavar="FILE", help="settings file (default: avion-lint.yaml at the root)")
    parser.add_argument("--settings-from", metavar="REF", help="as settings and policy are in this commit")
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.policy import show  # noqa: PLC0415 - other commands do not need it

        return show(given)

    return run
