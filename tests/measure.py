"""Runs examples of rule pages on a real PostgreSQL, as their runner would, and measures what their marks claim."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import make_conninfo

from avion_lint.discovery.gather import Collected, gather
from avion_lint.discovery.tree import MemoryTree
from avion_lint.judgement.projects import runner_order
from avion_lint.pages import Example, ExampleFile, Fails, Takes
from avion_lint.runners.migration import Chunk, Direction, Kind, MigrationFile, Section
from avion_lint.settings.model import Settings
from avion_lint.source import Document
from avion_lint.sql.effects import Lock
from avion_lint.sql.parse import SyntaxProblem, parse
from avion_lint.subjects import Dialect

IN_TRANSACTION_ONLY = "25001"  # active_sql_transaction: what CREATE INDEX CONCURRENTLY and its like are refused with
RAISED = "P0001"  # raise_exception: an honest Down that cannot undo
PATIENCE = 10  # seconds; nothing that is measured takes one
# What another session holds while a statement that needs no transaction is measured: the first lets a concurrent
# build take its lock and then wait for older writers, the second makes VACUUM ask for its own and wait for that.
HELD = ("ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE")


@dataclass(frozen=True, slots=True)
class Script:
    """A migration of an example: the file as the page has it and as its runner reads it."""

    given: ExampleFile
    read: MigrationFile

    def section(self, direction: Direction) -> Section | None:
        section = self.read.section(direction)
        return section if section and not section.error else None

    def chunks(self, direction: Direction) -> tuple[Chunk, ...]:
        section = self.section(direction)
        return section.chunks if section else ()

    def marks(self, chunk: Chunk, kind: type) -> list[Fails | Takes]:
        """Marks of that kind on the lines of a chunk."""
        first, last = _lines(self.read.document, chunk)
        return [mark for mark in self.given.marks if isinstance(mark, kind) and first <= mark.line <= last]


def claims(example: Example) -> bool:
    """Whether anything in the example can be measured."""
    return any(isinstance(mark, Takes | Fails) for _, mark in example.marks)


def false_claims(server: str, example: Example) -> list[str]:
    """What the example's `takes` and `fails` marks claim and the server does not show, and failures without a mark."""
    services = list(_services(example))
    marked = [(file.path, mark) for file, mark in example.marks if isinstance(mark, Takes | Fails)]
    reached = [
        (script.given.path, mark)
        for scripts in services
        for script in scripts
        for direction in Direction
        for chunk in script.chunks(direction)
        for mark in script.marks(chunk, Takes | Fails)
    ]
    lost = [f"{path}:{mark.line}: no statement stands here" for path, mark in marked if (path, mark) not in reached]
    return [*lost, *(wrong for scripts in services for wrong in _false_in(server, scripts))]


def failures(server: str, example: Example) -> list[str]:
    """What fails when all migrations of an example are applied, and then rolled back in reverse order."""
    found = []
    for scripts in _services(example):
        with _database(server) as connection:
            for script in scripts:
                found += _unmarked(script, Direction.UP, _run(connection, script, Direction.UP))
            for script in reversed(scripts):
                failed = _run(connection, script, Direction.DOWN)
                honest = {at: state for at, state in failed.items() if state.split(":")[0] != RAISED}
                found += _unmarked(script, Direction.DOWN, honest)
    return found


def _services(example: Example) -> Iterator[list[Script]]:
    """Migrations for PostgreSQL by service, in the order in which they are applied."""
    deleted = {file.path for file in example.files if file.deleted}
    given = {file.path: file for file in sorted(example.files, key=lambda file: not file.before)}
    given = {path: file for path, file in given.items() if path not in deleted}
    gathering = gather(MemoryTree({path: file.text for path, file in given.items()}), Settings())
    for collected in gathering.services:
        if collected.service.dialect is Dialect.POSTGRESQL:
            yield [Script(given[file.path], file) for file in _applied(collected)]


def _applied(collected: Collected) -> list[MigrationFile]:
    kinds = (Kind.VERSIONED, Kind.REPEATABLE)
    return [file for file in sorted(collected.files, key=runner_order) if file.kind in kinds]


def _lines(document: Document, chunk: Chunk) -> tuple[int, int]:
    span = chunk.span
    return document.position(span.start).line, document.position(max(span.start, span.end - 1)).line


# --- what fails ----------------------------------------------------------------------------------------------


def _false_in(server: str, scripts: list[Script]) -> Iterator[str]:
    with _database(server) as connection:
        for script in scripts:
            for direction in (Direction.UP, Direction.DOWN):
                if direction is Direction.DOWN and not _claimed(script, direction):
                    continue
                failed = _run(connection, script, direction)
                yield from _unconfirmed(script, direction, failed)
                yield from _unmarked(script, direction, failed)
    for script in scripts:
        for direction in Direction:
            if _claimed(script, direction):
                yield from _wrong_locks(server, scripts, script, direction)


def _claimed(script: Script, direction: Direction) -> bool:
    return any(script.marks(chunk, Takes | Fails) for chunk in script.chunks(direction))


def _unconfirmed(script: Script, direction: Direction, failed: dict[int, str]) -> Iterator[str]:
    for at, chunk in enumerate(script.chunks(direction)):
        for mark in script.marks(chunk, Fails):
            seen = failed.get(at, "no error")
            if seen.split(":")[0] != mark.sqlstate:
                yield f"{script.given.path}:{mark.line}: is marked to fail with {mark.sqlstate}, and gives {seen}"


def _unmarked(script: Script, direction: Direction, failed: dict[int, str]) -> Iterator[str]:
    chunks = script.chunks(direction)
    for at, seen in failed.items():
        chunk = chunks[at] if at < len(chunks) else None
        if chunk is None or not script.marks(chunk, Fails):
            line = _lines(script.read.document, chunk)[0] if chunk else "COMMIT"
            yield f"{script.given.path}:{line}: fails without a mark: {seen}"


def _run(connection: psycopg.Connection, script: Script, direction: Direction) -> dict[int, str]:
    """Run a section as its runner does; SQLSTATE and message by the index of each chunk that failed.

    What fails in a transaction undoes it; the rest is then run without it, so that all that can fail is seen.
    """
    section = script.section(direction)
    if section is None:
        return {}
    if not section.transaction:
        return {at: seen for at, chunk in enumerate(section.chunks) if (seen := _failure(connection, chunk.text))}
    failed: dict[int, str] = {}
    while True:
        connection.execute("BEGIN")
        new = _first_failure(connection, section, failed)
        connection.execute("ROLLBACK" if new else "COMMIT")
        if not new:
            return failed
        failed |= new


def _first_failure(connection: psycopg.Connection, section: Section, known: dict[int, str]) -> dict[int, str]:
    for at, chunk in enumerate(section.chunks):
        if at not in known and (seen := _failure(connection, chunk.text)):
            return {at: seen}
    deferred = _failure(connection, "SET CONSTRAINTS ALL IMMEDIATE")
    return {len(section.chunks): deferred} if deferred and len(section.chunks) not in known else {}


def _failure(connection: psycopg.Connection, text: str) -> str:
    try:
        connection.execute(text.encode())
    except psycopg.Error as error:
        return f"{error.sqlstate}: {str(error).splitlines()[0]}"
    return ""


# --- what is locked ------------------------------------------------------------------------------------------


def _wrong_locks(server: str, scripts: list[Script], script: Script, direction: Direction) -> list[str]:
    wrong: dict[Takes, str] = {}
    for held in HELD:
        wrong = {mark: seen for mark, seen in _locks(server, scripts, script, direction, held).items() if seen}
        if not any(seen.endswith(NOT_SEEN) for seen in wrong.values()):
            break
    return [f"{script.given.path}:{mark.line}: {seen}" for mark, seen in wrong.items()]


NOT_SEEN = "it was over before its locks could be seen"


def _locks(server: str, scripts: list[Script], script: Script, direction: Direction, held: str) -> dict[Takes, str]:
    """Measure the locks that a section's marks claim in a fresh database; "" for what is confirmed."""
    found: dict[Takes, str] = {}
    with _database(server) as connection:
        for earlier in scripts[: scripts.index(script)]:
            _run(connection, earlier, Direction.UP)
        if direction is Direction.DOWN:
            _run(connection, script, Direction.UP)
        for chunk in script.chunks(direction):
            if script.marks(chunk, Fails):
                continue
            marks = script.marks(chunk, Takes)
            if not marks:
                _failure(connection, chunk.text)
            for text, own in _statements(script, chunk, marks):
                seen = _measure(connection, text, own, held)
                found |= {mark: _verdict(mark, seen) for mark in own}
    return found


def _statements(script: Script, chunk: Chunk, marks: list[Takes]) -> Iterator[tuple[str, list[Takes]]]:
    """Statements of a chunk, each with the marks on its lines."""
    parsed = parse(chunk.text) if marks else ()
    if isinstance(parsed, SyntaxProblem) or len(parsed) < 2:
        yield from [(chunk.text, marks)] if marks else []
        return
    position = script.read.document.position
    for raw in parsed:
        span = chunk.origin.span(raw.start, raw.end)
        first, last = position(span.start).line, position(span.end).line
        yield chunk.text[raw.start : raw.end], [mark for mark in marks if first <= mark.line <= last]


def _verdict(mark: Takes, seen: dict[str, Lock | None] | str) -> str:
    if isinstance(seen, str):
        return f"is marked to take {mark.lock} on {mark.relation}, but {seen}"
    lock = seen[mark.relation]
    if lock is mark.lock:
        return ""
    return f"is marked to take {mark.lock} on {mark.relation}, and takes {lock or 'no lock'}"


def _measure(connection: psycopg.Connection, text: str, marks: list[Takes], held: str) -> dict[str, Lock | None] | str:
    """Strongest lock on each marked relation that the statement holds at its end, or why that cannot be told."""
    relations = [mark.relation for mark in marks]
    before = {name: _oid(connection, name) for name in relations}
    connection.execute("COMMIT")  # what the runner's transaction holds so far is not this statement's; else a warning
    connection.execute("BEGIN")
    failed = _failure(connection, text)
    if failed.startswith(IN_TRANSACTION_ONLY):
        connection.execute("ROLLBACK")
        return _measure_outside(connection, text, before, held)
    if failed:
        connection.execute("ROLLBACK")
        return f"it fails with {failed}"
    oids = {name: before[name] or _oid(connection, name) for name in relations}
    locks = {name: _strongest(connection, connection.info.backend_pid, oid) for name, oid in oids.items()}
    connection.execute("COMMIT")
    return locks


def _measure_outside(
    connection: psycopg.Connection, text: str, oids: dict[str, int | None], held: str
) -> dict[str, Lock | None] | str:
    """The same for a statement that no transaction may hold: another session makes it wait, and looks."""
    failed: list[str] = []
    pid = connection.info.backend_pid
    with _session(connection) as holder, _session(connection) as watcher:
        holder.execute("BEGIN")
        for oid in oids.values():
            holder.execute(f"LOCK TABLE {_table(watcher, oid)} IN {held} MODE")
        runner = threading.Thread(target=lambda: failed.append(_failure(connection, text)))
        runner.start()
        waits = _until_waiting(watcher, runner, pid)
        locks = {name: _strongest(watcher, pid, oid) for name, oid in oids.items()}
        holder.execute("ROLLBACK")
        runner.join(PATIENCE)
    if failed != [""]:
        return f"it fails with {failed}"
    return locks if waits else NOT_SEEN


def _until_waiting(watcher: psycopg.Connection, runner: threading.Thread, pid: int) -> bool:
    query = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
    end = time.monotonic() + PATIENCE
    while runner.is_alive() and time.monotonic() < end:
        if watcher.execute(query, (pid,)).fetchone() == (True,):
            return True
        time.sleep(0.005)
    return False


def _oid(connection: psycopg.Connection, name: str) -> int | None:
    row = connection.execute("SELECT to_regclass(%s)::oid", (name,)).fetchone()
    return row[0] if row else None


def _table(connection: psycopg.Connection, oid: int | None) -> str:
    """The relation itself, or the table of an index, as SQL."""
    query = "SELECT coalesce((SELECT indrelid FROM pg_index WHERE indexrelid = %s), %s)::regclass::text"
    row = connection.execute(query, (oid, oid)).fetchone()
    assert row
    return str(row[0])


def _strongest(connection: psycopg.Connection, pid: int, oid: int | None) -> Lock | None:
    query = "SELECT mode FROM pg_locks WHERE locktype = 'relation' AND pid = %s AND relation = %s"
    modes = {_lock(mode) for (mode,) in connection.execute(query, (pid, oid)).fetchall()}
    return max(modes, key=list(Lock).index, default=None)


def _lock(mode: str) -> Lock:
    """`ShareUpdateExclusiveLock` as the manual writes it."""
    return Lock(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", mode.removesuffix("Lock")).upper())


# --- databases ----------------------------------------------------------------------------------------------


DATABASE = "measured"
# Making a database takes ten times as long as running an example, so one is emptied again and again.
EMPTY = """
DO $empty$
DECLARE
    item record;
BEGIN
    FOR item IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', item.nspname);
    END LOOP;
    FOR item IN SELECT pubname FROM pg_publication LOOP
        EXECUTE format('DROP PUBLICATION %I', item.pubname);
    END LOOP;
    FOR item IN SELECT evtname FROM pg_event_trigger LOOP
        EXECUTE format('DROP EVENT TRIGGER %I', item.evtname);
    END LOOP;
    FOR item IN SELECT rolname FROM pg_roles WHERE oid >= 16384 LOOP
        EXECUTE format('DROP OWNED BY %1$I; DROP ROLE %1$I', item.rolname);
    END LOOP;
    EXECUTE format('ALTER DATABASE %I RESET ALL', current_database());
    CREATE SCHEMA public;
END
$empty$
"""


@contextmanager
def _database(server: str) -> Iterator[psycopg.Connection]:
    """A session in an empty database."""
    with psycopg.connect(server, autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
            admin.execute(f"CREATE DATABASE {DATABASE}")
    conninfo = make_conninfo(server, dbname=DATABASE)
    with _connected(conninfo) as cleaner:
        cleaner.execute(EMPTY)
    with _connected(conninfo) as connection:
        yield connection


@contextmanager
def _session(like: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Another session in the same database."""
    with _connected(make_conninfo(like.info.dsn, password=like.info.password)) as connection:
        yield connection


@contextmanager
def _connected(conninfo: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.add_notice_handler(lambda _: None)
        connection.execute(f"SET statement_timeout = '{PATIENCE}s'")
        yield connection
