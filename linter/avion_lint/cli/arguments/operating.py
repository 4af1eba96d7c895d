"""The arguments of operators' commands: plan, run, rollback, backup, restore, diagnose, audit."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.cli.arguments.common import parser_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

_ADDRESS = """\
The address of the database stands in an environment variable that the settings name (`database-url-env`, else
DATABASE_URL), never on the command line. Needs psycopg: pip install 'avion-lint[run]'.
"""
_APPROVAL = "a file that says who approved which plan; or github, github:RUN: the environment of that run of Actions"


def _add_place(parser: ArgumentParser) -> None:
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="name of the service, or a path in it")
    parser.add_argument("--env", required=True, metavar="NAME", help="environment, as avion-lint.yaml names it")
    parser.add_argument("--settings", metavar="FILE", help="settings file (default: avion-lint.yaml at the root)")


def _add_mode(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--mode", choices=("local", "kubernetes"), help="where the runner is started (default: settings)"
    )
    _add_image(parser)


def _add_kubectl(parser: ArgumentParser) -> None:
    parser.add_argument("--kubectl", metavar="PATH", help="default: kubectl on PATH")


def _add_image(parser: ArgumentParser) -> None:
    parser.add_argument("--image", metavar="NAME@DIGEST", help="runner and migrations (default: that of the settings)")


def _add_git(parser: ArgumentParser) -> None:
    parser.add_argument("--base", metavar="REF", help="the branch that must have what is run (default: detected)")
    parser.add_argument("--no-git", action="store_true", help="do not ask git")


def _add_programs(parser: ArgumentParser) -> None:
    parser.add_argument("--goose", metavar="PATH", help="default: goose on PATH")
    parser.add_argument("--flyway", metavar="PATH", help="default: flyway on PATH")
    parser.add_argument("--postgres-bin", metavar="FOLDER", help="where pg_dump and pg_restore are (default: found)")


def _parsed(parser: ArgumentParser, arguments: list[str]) -> Namespace:
    """The arguments; what is refused is not repeated, for it may be a password."""
    from avion_lint.cli.database import refuse_secrets  # noqa: PLC0415 - not for --help

    given, unknown = parser.parse_known_args(arguments)
    refuse_secrets(arguments)
    if unknown:
        parser.error("there are arguments that it does not know; see --help")
    return given


_PLAN = f"""\
Tell what `avion-lint run` would do: which migrations the database has not run, what the linter says of them, how long
they take by the sizes of the tables, what the checks say, and the hash that people approve. Nothing is changed.

{_ADDRESS}"""


def plan_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint plan`."""
    codes = "exit codes: 0 it may be run · 1 something is against it · 2 usage or settings wrong · 3 could not be asked"
    parser = parser_of("plan", _PLAN, codes)
    _add_place(parser)
    _add_mode(parser)
    _add_git(parser)
    _add_kubectl(parser)
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    given = _parsed(parser, arguments)

    def run() -> int:
        from avion_lint.cli.operating.plan import plan as command  # noqa: PLC0415 - other commands do not need it

        return command(given)

    return run


_RUN = f"""\
Run what passed. In this order: the linter's verdict on exactly the pending files, the checks, the approval; then the
lock, a backup, goose or Flyway, and a look at what they did. Every step is written into the audit trail before it is
begun and after it has ended. What counts as done is what the runner's own table says, never what the runner says.

{_ADDRESS}"""

_RUN_CODES = """\
exit codes: 0 done, nothing to do, or a dry run with nothing against it · 1 refused, nothing was changed · 2 usage or
settings wrong · 3 could not be asked, nothing was changed · 4 failed after the first change was begun · 130 interrupted
"""


def run_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint run`."""
    parser = parser_of("run", _RUN, _RUN_CODES)
    _add_place(parser)
    _add_mode(parser)
    _add_git(parser)
    _add_programs(parser)
    _add_kubectl(parser)
    parser.add_argument("--dry-run", action="store_true", help="stop before the first change")
    parser.add_argument("--plan", metavar="HASH", help="run this plan and no other (12 digits or more of its hash)")
    parser.add_argument("--again", action="store_true", help="run again what was begun before without a transaction")
    parser.add_argument("--approval", metavar="FROM", help=_APPROVAL)
    parser.add_argument("--wait", type=_seconds, default=0.0, metavar="SECONDS", help="for the lock (default: 0)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("-v", "--verbose", action="store_true", help="name each step on standard error")
    given = _parsed(parser, arguments)

    def run() -> int:
        from avion_lint.cli.operating.run import run as command  # noqa: PLC0415 - other commands do not need it

        return command(given)

    return run


_RENDER = """\
Write a service's migrations as manifests of a Kubernetes Job: plain YAML, clean under the policy `strict`. The Job
waits for the database, makes a backup where the environment has backups, sees that its image holds exactly the
migrations that are here, and runs goose or Flyway once. What it needs stands in the settings, below `kubernetes:` of
the environment; of Secrets it has the names only. No database and no cluster is asked.
"""


def render_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint render`."""
    parser = parser_of("render", _RENDER, "exit codes: 0 written · 2 usage or settings wrong · 3 could not be rendered")
    _add_place(parser)
    _add_image(parser)
    parser.add_argument("--no-git", action="store_true", help="do not ask git which commit this is")
    parser.add_argument("--hooks", choices=("helm", "argocd"), help="as hooks of Helm's, or of Argo CD's")
    parser.add_argument("--output", metavar="FOLDER", help="write files there instead of standard output")
    given = _parsed(parser, arguments)

    def run() -> int:
        from avion_lint.cli.operating.render import render as command  # noqa: PLC0415 - other commands do not need it

        return command(given)

    return run


_ROLLBACK = f"""\
Take back what a run has applied, by the Down sections of goose's migrations, the newest first. The target is the
version that the audit trail has recorded before that run, or one that you name; never "one less". The version is shown
and you are asked; a backup is made before where the environment has backups. For Flyway there is no way back but
forward. A Down section drops what its Up section made, with all that was written into it since.

{_ADDRESS}"""


def rollback_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint rollback`."""
    parser = parser_of("rollback", _ROLLBACK, _RUN_CODES)
    _add_place(parser)
    _add_mode(parser)
    _add_git(parser)
    _add_programs(parser)
    _add_kubectl(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--to", type=_version, metavar="VERSION", help="go back to this version; 0 for none at all")
    which.add_argument("--run", metavar="RUN", help="go back to what was before this run (default: the last one)")
    parser.add_argument("--dry-run", action="store_true", help="stop before the first change")
    parser.add_argument("--plan", metavar="HASH", help="the plan that may be run, instead of the question")
    parser.add_argument("--approval", metavar="FROM", help=_APPROVAL)
    parser.add_argument("--wait", type=_seconds, default=0.0, metavar="SECONDS", help="for the lock (default: 0)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("-v", "--verbose", action="store_true", help="name each step on standard error")
    given = _parsed(parser, arguments)

    def run() -> int:
        from avion_lint.cli.operating.rollback import rollback as command  # noqa: PLC0415 - as above

        return command(given)

    return run


_BACKUP = f"""\
Make a backup with pg_dump: whole or not at all, read back to its end, with a manifest (SHA-256, size, version) beside.
It is taken away by `upload-command` and older ones are removed after `backup-retention-days`, never the newest.

{_ADDRESS}"""

_ASKED_CODES = "exit codes: 0 done · 2 usage or settings wrong · 3 could not be done"


def backup_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint backup`."""
    parser = parser_of("backup", _BACKUP, _ASKED_CODES)
    _add_place(parser)
    parser.add_argument("--postgres-bin", metavar="FOLDER", help="where pg_dump and pg_restore are (default: found)")
    given = _parsed(parser, arguments)

    def run() -> int:
        from avion_lint.cli.operating.backup import backup as command  # noqa: PLC0415 - other commands do not need it

        return command(given)

    return run


_RESTORE = f"""\
Restore a backup into a new database on the same server; nothing that is there is touched. The file must be what its
manifest says. Where it cannot be restored whole, the new database is dropped again.

{_ADDRESS}"""


def restore_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint restore`."""
    parser = parser_of("restore", _RESTORE, _ASKED_CODES)
    parser.add_argument("service", metavar="SERVICE", help="name of the service, or a path in it")
    parser.add_argument("file", metavar="FILE", help="the backup")
    parser.add_argument("--env", required=True, metavar="NAME", help="environment, as avion-lint.yaml names it")
    parser.add_argument("--settings", metavar="FILE", help="settings file (default: avion-lint.yaml at the root)")
    parser.add_argument("--into", metavar="NAME", help="name of the new database (default: made from the old one's)")
    parser.add_argument("--postgres-bin", metavar="FOLDER", help="where pg_restore is (default: found)")
    given = _parsed(parser, arguments)

    def run() -> int:
        from avion_lint.cli.operating.backup import restored as command  # noqa: PLC0415 - as above

        return command(given)

    return run


_DIAGNOSE = f"""\
Tell what has become of a run and what to do about it, by what the audit trail and the database say now: it was not the
migration, it failed whole, it failed part-way, or nobody knows yet. That data are lost, only you can tell: --data-lost.
Commands are printed and never run.

{_ADDRESS}"""


def diagnose_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint diagnose`."""
    codes = "exit codes: 0 nothing to mend in the database · 1 something is to be done · 2 usage or settings wrong"
    parser = parser_of("diagnose", _DIAGNOSE, codes)
    _add_place(parser)
    parser.add_argument(
        "--mode", choices=("local", "kubernetes"), help="whether Jobs are looked for (default: settings)"
    )
    _add_kubectl(parser)
    parser.add_argument("--run", metavar="RUN", help="the run, by its name or how that begins (default: the last one)")
    parser.add_argument("--data-lost", action="store_true", help="data were lost or damaged")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    given = _parsed(parser, arguments)

    def run() -> int:
        from avion_lint.cli.operating.diagnose import diagnosed as command  # noqa: PLC0415 - as above

        return command(given)

    return run


_AUDIT = """\
show: the runs of an environment, or with --run all that one of them did. check: whether every line of the trail is as
it was written, by the chain of hashes; a line that was cut off by a crash is told apart from one that was changed.
Where the settings name an `audit-table`, check compares it with the file and tells what was taken out of either.
table: the SQL that makes the table, for a database in which the role that migrates may not.
"""


def audit_arguments(arguments: list[str]) -> Callable[[], int]:
    """Read the arguments of `avion-lint audit`."""
    codes = (
        "exit codes: 0 shown, or whole · 1 not as it was written · 2 usage or settings wrong · 3 a table was not asked"
    )
    parser = parser_of("audit", _AUDIT, codes)
    parser.add_argument("what", choices=("show", "check", "table"))
    parser.add_argument("--env", required=True, metavar="NAME", help="environment, as avion-lint.yaml names it")
    parser.add_argument("--service", metavar="SERVICE", help="runs of this service only")
    parser.add_argument("--run", metavar="RUN", help="one run, by its name or how that begins")
    parser.add_argument("--settings", metavar="FILE", help="settings file (default: avion-lint.yaml at the root)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    given = _parsed(parser, arguments)

    def run() -> int:
        from avion_lint.cli.operating.audit import audit as command  # noqa: PLC0415 - as above

        return command(given)

    return run


def _version(text: str) -> str:
    return str(int(text))


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 86400:  # noqa: PLR2004 - a day
        raise ValueError
    return seconds
