"""What each statement of a migration really did: how long it took, which locks it held, what it ended with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence

from avion_lint.executor.proving.enclosing import may_be_enclosed
from avion_lint.executor.proving.expected import Follower, Sent
from avion_lint.executor.wire import Answer, ServerError, Watcher
from avion_lint.executor.wire.watching import Rows
from avion_lint.record import record, replace
from avion_lint.sql.actions import Name
from avion_lint.sql.effects import Lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

_FIRST_OWN = 16384  # the least number of an object that is not the server's own (FirstNormalObjectId)
_COLUMNS = """
    c.oid::pg_catalog.text, n.nspname::pg_catalog.text, c.relname::pg_catalog.text, c.relkind::pg_catalog.text,
    pg_catalog.pg_relation_filenode(c.oid)::pg_catalog.text, i.indrelid::pg_catalog.text
"""
_JOINED = """
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\\_t%'
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
"""
# Locks of the session itself, with the relations as its own transaction sees them.
_HELD = f"""
SELECT l.relation::pg_catalog.text, l.mode, {_COLUMNS}
FROM pg_catalog.pg_locks l LEFT JOIN (pg_catalog.pg_class c {_JOINED}) ON c.oid = l.relation
WHERE l.locktype = 'relation' AND l.pid = pg_catalog.pg_backend_pid() AND l.relation >= {_FIRST_OWN}
"""  # noqa: S608 - nothing but our own words
_ALL = f"SELECT {_COLUMNS} FROM pg_catalog.pg_class c {_JOINED} WHERE c.oid >= {_FIRST_OWN}"  # noqa: S608 - as above


@record
class Relation:
    """A relation as the catalogue has it: its name, `relkind`, the file of its data, and the table of an index."""

    name: Name
    kind: str
    file: str | None
    table: str | None


@record
class Held:
    """A relation that was there before a statement, with the lock modes held after it.

    `new` are those among them that were not held before it; `rewritten` tells that its data are in another file.
    """

    relation: Relation
    modes: frozenset[Lock]
    new: frozenset[Lock]
    rewritten: bool = False


@record
class Traced:
    """A chunk that was sent: when (seconds since the step began), for how long, and what it ended with.

    `locks` is None where they cannot be seen: outside of transactions, and where it failed. Then `completed` counts the
    statements in it that came to their end; `commit` tells that all did, and the transaction failed at its end.
    """

    step: str
    sent: Sent
    begun: float
    seconds: float
    locks: tuple[Held, ...] | None = None
    error: ServerError | None = None
    completed: int = 0
    commit: bool = False


@record
class Current:
    """What is being run: the chunk, the server's process, and since when by `time.monotonic`."""

    sent: Sent
    pid: int
    since: float


class Tracer:
    """Notes what goes over the wire. Steps follow one another; within a step connections may be several."""

    def __init__(self, watcher: psycopg.Connection, tick: Callable[[Sent], None]) -> None:
        self._connection = watcher
        self._tick = tick
        self._lock = threading.Lock()
        self._step = ""
        self._began = 0.0
        self._follower = Follower(())
        self._relations: dict[str, Relation] = {}
        self._stale = True
        self._running: dict[int, Current] = {}
        self._modes: dict[int, dict[str, frozenset[Lock]]] = {}
        self._drafts: dict[int, Traced] = {}
        self._ending: dict[int, bool] = {}  # whether the runner's own query ends its transaction
        self._last: dict[int, Traced] = {}  # what was sent last in a transaction that is open
        self._traced: list[Traced] = []
        self.failed = False  # whether a question of our own failed, and with it the runner's transaction

    def begin(self, step: str, order: Sequence[Sent]) -> None:
        """Begin a step, in which the runner will send these chunks."""
        with self._lock:
            self._step, self._began = step, time.monotonic()
            self._follower = Follower(order)
            self._stale = True
            for each in (self._running, self._modes, self._ending, self._last):
                each.clear()

    @property
    def traced(self) -> tuple[Traced, ...]:
        """All chunks that were sent so far."""
        with self._lock:
            return tuple(self._traced)

    @property
    def running(self) -> Current | None:
        """What is being run."""
        with self._lock:
            return next(iter(self._running.values()), None)

    def watcher(self) -> Watcher:
        """What the wire shall call."""
        return Watcher(self._encloses, self._before, self._after, self._seen, self._late)

    def _encloses(self, text: str) -> bool:
        with self._lock:
            return self._follower.knows(text) and may_be_enclosed(text)

    def _before(self, pid: int, text: str) -> None:
        with self._lock:
            sent = self._follower.recognise(text)
            if sent is None:
                self._ending[pid] = text.strip().lower().startswith("commit")
                return
            if self._stale:
                self._read_all()
            self._running[pid] = Current(sent, pid, time.monotonic())
        if sent.index == 0:
            self._tick(sent)

    def _after(self, answer: Answer) -> str:
        with self._lock:
            current = self._running.pop(answer.pid, None)
            if current is None:
                self._own(answer)
                return ""
            begun = answer.begun - self._began
            draft = Traced(
                self._step, current.sent, begun, answer.seconds, error=answer.error, completed=answer.completed
            )
            if answer.open_transaction and answer.error is None:
                self._drafts[answer.pid] = draft
                return _HELD
            self._traced.append(draft)
            self._modes.pop(answer.pid, None)
            self._stale = True
            return ""

    def _own(self, answer: Answer) -> None:
        """Take notice of what the runner asked for itself: the end of a transaction, and that it failed."""
        last = self._last.get(answer.pid)
        if self._ending.pop(answer.pid, False) and answer.error is not None and last is not None:
            self._traced.append(replace(last, error=answer.error, locks=None, commit=True))
        if not answer.open_transaction:
            self._modes.pop(answer.pid, None)
            self._last.pop(answer.pid, None)

    def _late(self, answer: Answer, error: ServerError) -> None:
        with self._lock:
            last = self._traced[-1]
            self._traced[-1] = replace(last, error=error, locks=None, completed=answer.completed, commit=True)

    def _seen(self, answer: Answer, rows: Rows | None) -> None:
        with self._lock:
            draft = self._drafts.pop(answer.pid)
            if rows is None:
                self.failed = True
                self._traced.append(draft)
                return
            made = replace(draft, locks=tuple(self._compared(answer.pid, rows)))
            self._traced.append(made)
            self._last[answer.pid] = made
            if answer.alone:
                del self._modes[answer.pid], self._last[answer.pid]

    def _compared(self, pid: int, rows: Rows) -> Iterable[Held]:
        """What is held now against what was held before; the relations are as they were called before."""
        before, now = self._modes.get(pid, {}), _modes(rows)
        self._modes[pid] = now
        known = dict(self._relations)
        self._relations.update(_relations([row[2:] for row in rows if row[2] is not None]))
        for oid, modes in sorted(now.items()):
            old = known.get(oid)
            if old is not None:
                new = self._relations[oid]
                rewritten = old.file is not None and new.file is not None and old.file != new.file
                yield Held(old, modes, modes - before.get(oid, frozenset()), rewritten)

    def _read_all(self) -> None:
        self._relations = _relations([tuple(row) for row in self._connection.execute(_ALL.encode()).fetchall()])
        self._stale = False


def _relations(rows: Iterable[tuple[str | None, ...]]) -> dict[str, Relation]:
    return {
        oid or "": Relation(Name(schema, name or ""), kind or "", file, table)
        for oid, schema, name, kind, file, table in rows
    }


def _modes(rows: Rows) -> dict[str, frozenset[Lock]]:
    found: dict[str, set[Lock]] = {}
    for oid, mode, *_ in rows:
        found.setdefault(oid or "", set()).add(_lock(mode or ""))
    return {oid: frozenset(modes) for oid, modes in found.items()}


def _lock(mode: str) -> Lock:
    """`ShareUpdateExclusiveLock` as the manual writes it."""
    return _MODES[mode]


_MODES = {f"{lock.value.title().replace(chr(32), '')}Lock": lock for lock in Lock}
