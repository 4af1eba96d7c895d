"""Runs statements on a real PostgreSQL, tells what each does, and compares that with what the linter claims.

Every statement meets the schema of tests/data/postgres_locks_schema.sql and what its own `setup` adds to it.
"""

from __future__ import annotations

import csv
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from avion_lint.schema.model import Schema
from avion_lint.schema.replay import replay
from avion_lint.sql.effects import Effect, Lock, fails, legal_in_transaction, statement_effects
from avion_lint.sql.statements import read
from tests.measure import _lock
from tests.sql_helper import ORIGIN

DATA = Path(__file__).parent / "data"
START = (DATA / "postgres_locks_schema.sql").read_text(encoding="utf-8")
TEMPLATE = "effects_start"
NO_TRANSACTION = "25001"  # active_sql_transaction
SYNTAX_ERROR = "42601"  # told before anything else
NO_COMMIT = "2D000"  # invalid_transaction_termination
PATIENCE = 10  # seconds
AT_ONCE = 4  # databases
READ_IN_FULL = 400  # rows; the tables of the start have 500 or 1000 each
FILLED = 16384  # bytes; less than 400 rows need less
# What another session holds, one after the other, while a statement that no transaction may hold is watched.
HELD = ("ACCESS SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE")


@dataclass(frozen=True, slots=True)
class Case:
    """A statement, and what is run before it in a transaction of its own."""

    id: str
    sql: str
    setup: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a statement did on a server.

    `sampled`: it was watched while it ran outside a transaction, so that short locks may be missing. `error` and
    `state` are of the run in a transaction, `state_outside` of the one without, where it was tried; "" for none.
    `filled` are the relations with enough rows to tell whether all were read, `tables` the table of each index.
    """

    locks: dict[str, Lock] = field(default_factory=dict)
    rewritten: frozenset[str] = frozenset()
    scanned: frozenset[str] = frozenset()
    state: str = ""
    state_outside: str = ""
    error: str = ""
    sampled: bool = False
    sequences: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()
    tables: dict[str, str] = field(default_factory=dict)


def cases(name: str) -> list[Case]:
    """Statements of a table in tests/data, each id once."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}
    return [Case(row["id"], row["sql"], row["setup"] or "") for row in rows.values()]


def observe_all(server: str, given: list[Case]) -> Iterator[tuple[Case, Observed | str]]:
    """What each statement does on a server; a text where its setup fails there."""
    _make_template(server)
    with _database(server) as shared, ThreadPoolExecutor(AT_ONCE) as pool:
        plain = {case.id: _in_transaction(shared, case) for case in given if not case.setup}
        done = {case_id for case_id, seen in plain.items() if seen.state != NO_TRANSACTION}
        others = pool.map(lambda case: _alone(server, case), (case for case in given if case.id not in done))
        for case in given:
            yield case, plain[case.id] if case.id in done else next(others)


def _alone(server: str, case: Case) -> Observed | str:
    seen = _after_setup(server, case)
    return _outside(server, case) if isinstance(seen, Observed) and seen.state == NO_TRANSACTION else seen


def _after_setup(server: str, case: Case) -> Observed | str:
    with _database(server) as own:
        return _set_up(own, case) or _in_transaction(own, case)


def _set_up(connection: psycopg.Connection, case: Case) -> str:
    session, _, setting = case.setup.partition("SET_SESSION ")
    text = f"SET {setting}" if not session and setting else case.setup.replace("this_db", connection.info.dbname)
    try:
        connection.execute(text.encode())
    except psycopg.Error as error:
        return f"{error.sqlstate}: {str(error).splitlines()[0]}"
    return ""


# --- what is claimed -----------------------------------------------------------------------------------------

# What is known not to be claimed, and why; the id is that of the statement.
NOT_CLAIMED = {
    "depends on the rows": (
        "add_col_notnull_nodefault", "add_pk_column", "add_two_checks", "add_exclude_partitioned",
        "update_referenced_key",
    ),
    "names of sequences and tables inside expressions and bodies are not followed": (
        "add_default_09", "create_table_enum", "setval", "create_function",
    ),
    "which partition the row goes to is not known": ("insert_partitioned",),
    "VACUUM of everything was once seen with ACCESS EXCLUSIVE on a relation, as where it gives empty pages back": (
        "vacuum_all",
    ),
    "the arbiter of ON CONFLICT makes the planner look at indexes": ("insert_conflict_on", "insert_conflict_update"),
    "IF EXISTS of a table that no migration names: it may be older": ("drop_table_if_missing",),
    "ALTER PUBLICATION … SET also locks the tables that it takes out": ("alter_publication_set",),
    "what exists outside the migrations": (
        "create_database", "create_tablespace", "create_subscription", "type_13_b_to_citext", "drop_owned",
        "drop_function_trigger", "add_default_02",
    ),
    "checks of detail that are not made": (
        "form_replica_identity_index", "add_column_view_name", "create_table_without_overlaps", "create_view_invoker",
        "nulls_not_distinct", "on_delete_set_column", "alter_view_rename_column",
    ),
    "COMMIT in a block that does more than that is told by the SQLSTATE 2D000": ("do_commit",),
}  # fmt: skip
EXEMPT = {case: reason for reason, cases in NOT_CLAIMED.items() for case in cases}


def schema_after(sql: str, start: Schema) -> Schema:
    return replay(start, [(action, ORIGIN) for statement in read(sql).statements for action in statement.actions])


KNOWN = schema_after(START, Schema())


def false_claims(case: Case, seen: Observed, version: int) -> list[str]:
    """What the linter says of a statement and the server does not do, and what the server does and is not said."""
    schema = schema_after(case.setup.replace("SET_SESSION", "SET"), KNOWN)
    actions = tuple(action for statement in read(case.sql).statements for action in statement.actions)
    failure = next((told for each in actions if (told := fails(each, schema, version, actions))), None)
    legal = all(legal_in_transaction(each, schema, version) for each in actions)
    wrong = []
    if seen.state != SYNTAX_ERROR and legal is (seen.state in (NO_TRANSACTION, NO_COMMIT)):
        wrong.append(f"legal in a transaction: {legal}, but {seen.state or 'it runs'}")
    state = seen.state_outside if seen.state == NO_TRANSACTION else seen.state
    if state not in ("", NO_COMMIT) or failure:
        return wrong + _about_failure(failure.sqlstate if failure else "", state, seen)
    effects = {str(effect.relation): effect for effect in statement_effects(actions, schema, version)}
    return wrong + _about_locks(effects, seen) + _about_data(effects, seen)


def _about_failure(claimed: str, state: str, seen: Observed) -> list[str]:
    if claimed == state:
        return []
    return [f"fails with {claimed or 'nothing'}, but with {state or 'nothing'} {seen.error}"]


def _about_locks(effects: dict[str, Effect], seen: Observed) -> list[str]:
    wrong = []
    unsure = {name for name, effect in effects.items() if effect.rewrite is None}  # then its indexes are open too
    for name in sorted(effects.keys() | seen.locks.keys()):
        effect, lock = effects.get(name), seen.locks.get(name)
        if effect is None and seen.tables.get(name) in unsure:
            continue
        if seen.sampled and (lock is None or name in seen.tables or (effect and effect.lock.strength >= lock.strength)):
            continue  # a moment's lock may be missed, and an index is locked again when its old self is dropped
        if (effect.lock if effect else None) is not lock:
            wrong.append(f"{name}: {effect.lock if effect else 'no lock'}, but {lock or 'no lock'}")
    return wrong


def _about_data(effects: dict[str, Effect], seen: Observed) -> list[str]:
    wrong = []
    for name, effect in effects.items():
        written = name in seen.rewritten
        if effect.rewrite is not None and name not in seen.sequences and effect.rewrite is not written:
            wrong.append(f"{name}: rewrite {effect.rewrite}, but {written}")
        counted = not seen.sampled and not effect.rewrite and name in seen.filled
        if counted and effect.scan is not None and effect.scan is not (name in seen.scanned):
            wrong.append(f"{name}: scan {effect.scan}, but {name in seen.scanned}")
    claimed = {str(index) for effect in effects.values() for index in effect.builds}
    unsure = {name for name, effect in effects.items() if effect.rewrite is None}
    others = (seen.rewritten | seen.scanned) - seen.sequences - effects.keys() - claimed
    missed = [name for name in sorted(others) if not seen.sampled and seen.tables.get(name) not in unsure]
    return [*wrong, *(f"{name}: nothing, but it is written or read" for name in missed)]


# --- in a transaction ----------------------------------------------------------------------------------------

_RELATIONS = """
SELECT c.oid, CASE WHEN n.nspname = 'public' THEN '' ELSE n.nspname || '.' END || c.relname,
       pg_relation_filenode(c.oid), c.relkind::text, pg_stat_get_xact_tuples_returned(c.oid),
       pg_relation_size(c.oid), coalesce(i.indrelid::regclass::text, '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.relkind <> 'c' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
"""
_LOCKS = "SELECT relation, mode FROM pg_locks WHERE locktype = 'relation' AND pid = %s"


@dataclass(frozen=True, slots=True)
class _Relation:
    name: str
    file: int | None
    kind: str
    read: int
    size: int
    table: str


def _relations(connection: psycopg.Connection) -> dict[int, _Relation]:
    return {oid: _Relation(*rest) for oid, *rest in connection.execute(_RELATIONS).fetchall()}


def _in_transaction(connection: psycopg.Connection, case: Case) -> Observed:
    connection.execute("BEGIN")
    before = _relations(connection)  # in the transaction: counters of earlier ones are handed on between transactions
    try:
        connection.execute(_text(connection, case).encode())
        locks = _locks(connection, connection.info.backend_pid, before)
        after = _relations(connection)
    except psycopg.Error as error:
        return Observed(state=error.sqlstate or "", error=str(error).splitlines()[0])
    finally:
        connection.execute("ROLLBACK")
    read = {
        before[oid].name for oid, now in after.items() if oid in before and now.read - before[oid].read >= READ_IN_FULL
    }
    return Observed(locks, _rewritten(before, after), frozenset(read), **_told(before))


def _told(before: dict[int, _Relation]) -> dict[str, Any]:
    return {
        "sequences": frozenset(each.name for each in before.values() if each.kind == "S"),
        "filled": frozenset(each.name for each in before.values() if each.kind in "rm" and each.size >= FILLED),
        "tables": {each.name: each.table for each in before.values() if each.table},
    }


def _text(connection: psycopg.Connection, case: Case) -> str:
    return case.sql.replace("this_db", connection.info.dbname)


def _locks(connection: psycopg.Connection, pid: int, before: dict[int, _Relation]) -> dict[str, Lock]:
    found: dict[str, Lock] = {}
    for oid, mode in connection.execute(_LOCKS, (pid,)).fetchall():
        if oid in before:
            _note(found, before[oid].name, _lock(mode))
    return found


def _note(found: dict[str, Lock], name: str, lock: Lock) -> None:
    modes = list(Lock)
    found[name] = max(lock, found.get(name, lock), key=modes.index)


def _rewritten(before: dict[int, _Relation], after: dict[int, _Relation]) -> frozenset[str]:
    """Relations whose data stand in another file; an index that was made anew under its old name counts."""
    now = {relation.name: relation for relation in after.values()}
    found = set()
    for oid, old in before.items():
        new = after.get(oid) or now.get(old.name)
        if new and old.file and new.file != old.file:
            found.add(old.name)
    return frozenset(found)


# --- outside -------------------------------------------------------------------------------------------------


def _outside(server: str, case: Case) -> Observed:
    """Run it while another session holds a lock on every table, once for each sort of lock, and look all the time."""
    locks: dict[str, Lock] = {}
    rewritten: frozenset[str] = frozenset()
    state = ""
    for held in HELD:
        with _database(server) as own:
            _set_up(own, case)
            before = _relations(own)
            state = _watched(own, case, held, before, locks)
            rewritten |= _rewritten(before, _relations(own))
    return Observed(locks, rewritten, state=NO_TRANSACTION, state_outside=state, sampled=True, **_told(before))


def _watched(
    connection: psycopg.Connection, case: Case, held: str, before: dict[int, _Relation], locks: dict[str, Lock]
) -> str:
    """Run it while another session holds locks until it waits, note what it asks for; the SQLSTATE it ends with."""
    states: list[str] = []
    tables = ", ".join(relation.name for relation in before.values() if relation.kind in "rp")
    with _session(connection) as holder, _session(connection) as watcher:
        holder.execute("BEGIN")
        holder.execute(f"LOCK TABLE ONLY {tables} IN {held} MODE")
        text = _text(connection, case)
        runner = threading.Thread(target=lambda: states.append(_state(connection, text)))
        runner.start()
        end = time.monotonic() + PATIENCE
        while runner.is_alive() and time.monotonic() < end:
            waits = _waits(watcher, connection.info.backend_pid)
            for name, lock in _locks(watcher, connection.info.backend_pid, before).items():
                _note(locks, name, lock)
            if waits:
                holder.execute("ROLLBACK")
        runner.join(PATIENCE)
    return states[0] if states else "?"


def _waits(watcher: psycopg.Connection, pid: int) -> bool:
    query = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
    return watcher.execute(query, (pid,)).fetchone() == (True,)


def _state(connection: psycopg.Connection, text: str) -> str:
    try:
        connection.execute(text.encode())
    except psycopg.Error as error:
        return error.sqlstate or "?"
    return ""


# --- databases -----------------------------------------------------------------------------------------------


def _make_template(server: str) -> None:
    with _connected(server) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone():
            admin.execute(f"CREATE DATABASE {TEMPLATE}")
    with _connected(make_conninfo(server, dbname=TEMPLATE)) as made:
        if made.execute("SELECT to_regclass('t') IS NULL").fetchone() == (True,):
            made.execute(START.encode())


@contextmanager
def _database(server: str) -> Iterator[psycopg.Connection]:
    """A session in a fresh copy of the start, dropped afterwards."""
    name = f"effects_{uuid.uuid4().hex}"
    with _connected(server) as admin:
        copied = "STRATEGY file_copy" if admin.info.server_version >= 150000 else ""
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} {copied}")
        try:
            with _connected(make_conninfo(server, dbname=name)) as connection:
                yield connection
        finally:
            force = "WITH (FORCE)" if admin.info.server_version >= 130000 else ""
            admin.execute(f"DROP DATABASE {name} {force}")


@contextmanager
def _session(like: psycopg.Connection) -> Iterator[psycopg.Connection]:
    with _connected(like.info.dsn) as connection:
        yield connection


@contextmanager
def _connected(conninfo: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.add_notice_handler(lambda _: None)
        connection.execute(f"SET statement_timeout = '{PATIENCE}s'")
        yield connection
