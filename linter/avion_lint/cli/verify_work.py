"""What is verified of a service, and where: from the command line and the settings to a piece of work."""

from __future__ import annotations

import os
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from avion_lint.cli.database import conninfo_of
from avion_lint.cli.older import Production, scripts_of
from avion_lint.discovery.gather import Collected
from avion_lint.executor.catalog import definitions
from avion_lint.executor.children.processes import Custody
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.proving.expected import Sent
from avion_lint.executor.proving.outcome import Problem, State, Step, Verified
from avion_lint.executor.proving.session import Limits, Setting
from avion_lint.executor.proving.verify import UP, Work, verify
from avion_lint.executor.runner.job import Tool
from avion_lint.executor.server.address import Address, Secret, address_of, driver
from avion_lint.executor.server.programs import programs_for
from avion_lint.executor.server.roles import missing_roles
from avion_lint.executor.server.throwaway import Database, Open, Wishes, throwaways
from avion_lint.record import record, replace
from avion_lint.runners.migration import Runner
from avion_lint.settings.model import Settings
from avion_lint.source import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.discovery.tree import Tree

_OLDEST = 120000  # server_version_num of PostgreSQL 12
_NOT_ITS_OWN = ("role ", "extension ", "settings ", "comment ", "default privileges ", "language ")


@record
class Around:
    """What all services have in common: the command line, settings, files, runners, and what counts migrations."""

    given: Namespace
    settings: Settings
    tree: Tree
    tools: Mapping[Runner, Tool]
    tick: Callable[[Sent], None]


def task_of(around: Around, past: Production) -> Callable[[Custody], Verified]:
    """The work on a service; what keeps it from being done is in its outcome."""

    def run(custody: Custody) -> Verified:
        try:
            with _databases(around, past.here, custody) as (make, notes):
                return verify(_work(around, past, make, custody, notes))
        except CannotRunError as error:
            return _not_done(around, past.here, State.UNCHECKED, Problem(error.text, error.mend))
        except driver().Error as error:
            words = " ".join(str(error).split())
            return _not_done(around, past.here, State.UNCHECKED, Problem(f"the database does not answer: {words}"))

    return run


def _not_done(around: Around, here: Collected, state: State, problem: Problem) -> Verified:
    service = here.service
    step = Step(UP, state, problem.what, problem=problem)
    return Verified(service.name, service.root, around.tools[service.runner].name, "", (step,))


def _work(around: Around, past: Production, make: Open, custody: Custody, notes: tuple[str, ...]) -> Work:
    given, here = around.given, past.here
    for content in here.unreadable:
        raise CannotRunError(f"{content.path} {content.why}", content.mend)
    tool = around.tools[here.service.runner]
    limits = Limits(given.statement_timeout)
    passed = {name: os.environ[name] for name in given.pass_env if name in os.environ}
    before, here = _ground(around, here)
    return Work(
        here,
        scripts_of(here, around.tree),
        Setting(tool, custody, limits, around.tick, passed),
        make,
        past.older,
        past.why_not,
        before,
        full=given.full,
        seconds=given.timeout,
        many=not (given.database_url_env or given.database_url_file),
        notes=(*_told(tool, here.service.runner, given), *notes, *_meanwhile(past)),
    )


def _told(tool: Tool, runner: Runner, given: Namespace) -> Iterator[str]:
    if tool.built_in:
        why = "--builtin was given" if given.builtin else f"{runner} is not on PATH"
        yield (
            f"{why}: avion-lint's own reader ran the migrations in its place; it is for throw-away databases only, "
            f"and --{runner} PATH names the real one"
        )


def _meanwhile(past: Production) -> Iterator[str]:
    if past.ahead:
        count = f"{past.ahead} migrations" if past.ahead > 1 else "1 migration"
        yield f"{count} that the base branch got since this one left it ran with them"


def _ground(around: Around, here: Collected) -> tuple[str, Collected]:
    """SQL that makes what the settings say was there before the migrations, and the service told of it."""
    own = around.settings.service_at(here.service.root)
    start = here.service.start.version
    older = start is not None and any(file.version and file.version <= start for file in here.files)
    if own.schema is None or older:
        return "", here
    from avion_lint.schema.dump import without_psql  # noqa: PLC0415 - only where the settings name a dump

    content = around.tree.read(own.schema.path)
    if not isinstance(content, Document):
        raise CannotRunError(f"{own.schema.path} {content.why}", content.mend)
    adopted = replace(here.configuration, baseline_on_migrate=True, baseline_version=str(start) if start else "0")
    return without_psql(content.text), replace(here, configuration=adopted)


# --- databases -----------------------------------------------------------------------------------------------------


@contextmanager
def _databases(around: Around, here: Collected, custody: Custody) -> Iterator[tuple[Open, tuple[str, ...]]]:
    """What makes empty databases, and what must be known of them."""
    given = around.given
    if given.database_url_env or given.database_url_file:
        with tempfile.TemporaryDirectory(prefix="avion-verify-") as folder:
            database = _own_database(conninfo_of(given, os.environ), folder)
            yield (lambda: database), ("the database that was named is left with the schema in it",)
        return
    wanted = here.service.postgres
    programs = programs_for(wanted, given.postgres_bin, os.environ)
    missing = tuple(sorted({*missing_roles(here.files), *given.role}))
    notes = []
    if programs.major != wanted:
        notes.append(f"PostgreSQL {wanted} is not here, so this was done on {programs.version}")
    if missing:
        notes.append(f"roles that no migration makes were made before: {', '.join(missing)}")
    with throwaways(programs, custody, Wishes(given.superuser, missing)) as make:
        yield make, tuple(notes)


def _own_database(conninfo: str, folder: str) -> Database:
    """The database that was named; raises CannotRunError where it is not empty, psycopg.Error where it is not there."""
    address = address_of(conninfo)
    secret = address.password
    try:
        with driver().connect(conninfo, autocommit=True, connect_timeout=10) as connection:
            info = connection.info
            number = info.server_version
            reached = Address(info.host, info.port, info.user, info.dbname, Secret(info.password), address.options)
            facts = [key for key in definitions(connection) if not key.startswith(_NOT_ITS_OWN)]
    except driver().Error as error:
        words = Address("", 0, "", "", secret).redacted(" ".join(str(error).split()))
        raise CannotRunError(f"the database cannot be reached: {words}") from None
    if number < _OLDEST:
        raise CannotRunError(f"the server is PostgreSQL {number // 10000}; avion-lint knows 12 and later")
    found = [key for key in facts if key != "schema public"]
    if found:
        raise CannotRunError(
            f"the database {reached.database} is not empty: it has {found[0]}" + _more(len(found) - 1),
            "name one that was made for this, and holds nothing",
        )
    version = f"{number // 10000}.{number % 10000}"
    return Database(reached, reached, folder, number // 10000, version, throwaway=False)


def _more(count: int) -> str:
    return f" and {count:,} more" if count else ""
