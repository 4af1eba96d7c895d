"""The arguments of the commands that make or move migrations: new, renumber, contract, init."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.cli.arguments.common import UNASKED, add_base, parser_of


def new_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint new`."""
    parser = parser_of(
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
    add_base(parser)
    parser.add_argument("--no-git", action="store_true", help="do not ask git: neither for the base nor the author")
    parser.set_defaults(**UNASKED)
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.new import new  # noqa: PLC0415 - other commands do not need it

        return new(given)

    return run


def renumber_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint renumber`."""
    parser = parser_of(
        "renumber",
        "Give new migrations versions behind the last one of the base branch, where they come before it or share a\n"
        "version; their order among themselves stays, and undo scripts and script configurations go with them. What\n"
        "is on the base branch is never renamed. Fetch the base branch first.",
        "exit codes: 0 done, or nothing to do · 1 with --dry-run: there is something to rename · 2 usage or settings "
        "wrong · 3 could not be done; then nothing is renamed",
    )
    parser.set_defaults(**UNASKED)
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only what lies under these")
    parser.add_argument("--dry-run", action="store_true", help="print what would be renamed, and rename nothing")
    add_base(parser)
    parser.set_defaults(no_git=False)
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.renumber import renumber  # noqa: PLC0415 - other commands do not need it

        return renumber(given)

    return run


def contract_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint contract`."""
    parser = parser_of(
        "contract",
        "List what is deprecated, since when, and whether it may be dropped now; where not, why. --write makes the\n"
        "migrations that drop what may go, with a lock_timeout and a Down that says what is lost; read them before\n"
        "you commit them.",
        "exit codes: 0 listed or written · 2 usage or settings wrong · 3 something could not be checked or written",
    )
    parser.add_argument("--service", metavar="SERVICE", help="name of the service, or path of its folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--dropped", action="store_true", help="list also what is dropped already (JSON always does)")
    parser.add_argument("--write", action="store_true", help="make the migrations and print their paths")
    add_base(parser)
    parser.set_defaults(**UNASKED, no_git=False)
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.contract import contract  # noqa: PLC0415 - other commands do not need it

        return contract(given)

    return run


def init_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint init`."""
    parser = parser_of(
        "init",
        "Write what stands around migrations into a repository, for the services that are here: workflows, Jobs and\n"
        "what they may do, settings of each environment, alerts, a dashboard, scripts, avion-lint.yaml. All of it is\n"
        "clean under the policy `strict`. What is there already is not written over. At the end it tells what is\n"
        "to be filled in by hand.",
        "exit codes: 0 written, or shown with --diff · 2 usage or settings wrong · 3 something is there already or\n"
        "cannot be written",
    )
    parser.add_argument("--runner", choices=("goose", "flyway"), help="default: that of the services here, else goose")
    parser.add_argument("--ci", choices=("github",), default="github", help="what runs the workflows (default: github)")
    parser.add_argument(
        "--deploy",
        choices=("job", "helm", "argocd"),
        help="what runs the migration: a Job that the workflow makes (default), a hook of Helm's in the service's\n"
        "chart, or a hook of Argo CD's",
    )
    parser.add_argument("--diff", action="store_true", help="print what would be written as a diff, and write nothing")
    parser.add_argument("--force", action="store_true", help="write over what is there with another text")
    parser.set_defaults(**UNASKED, settings=None, base=None, no_git=True)
    given = parser.parse_args(arguments)

    def run() -> int:
        from avion_lint.cli.init import init  # noqa: PLC0415 - other commands do not need it

        return init(given)

    return run
