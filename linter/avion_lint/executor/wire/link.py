"""One connection of a runner through the wire: passes messages on in both directions, one query after the other."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time

from avion_lint.executor.wire import messages
from avion_lint.executor.wire.messages import Message, ServerError
from avion_lint.executor.wire.watching import Answer, Rows, Watcher

_CHUNK = 1 << 16
_ASKING = (b"Q", b"S", b"F")  # what the server answers with ReadyForQuery
_WHILE_COPYING = (b"d", b"c", b"f", b"S")


class Link:
    """The two ends, and how far their talk is."""

    def __init__(self, client: socket.socket, server: socket.socket, watcher: Watcher) -> None:
        self.client = client
        self.server = server
        self.watcher = watcher
        self.from_client = bytearray()
        self.from_server = bytearray()
        self.pid = 0
        self.started = False  # whether the server has taken the role's password
        self.busy = False
        self.copying = False
        self.idle = False  # whether no transaction is open
        self.enclosed = False  # whether one of our own is
        self.statements: dict[bytes, str] = {}
        self.portals: dict[bytes, str] = {}
        self.texts: list[str] = []
        self.begun = 0.0
        self.error: ServerError | None = None
        self.completed = 0

    def run(self) -> None:
        """Pass on until one of them is gone."""
        with contextlib.suppress(OSError):
            while self._hear():
                self._from_server()
                self._from_client()

    def _hear(self) -> bool:
        ready, _, _ = select.select([self.client, self.server], [], [])
        ends = ((self.server, self.from_server), (self.client, self.from_client))
        return all(_received(end, buffer) for end, buffer in ends if end in ready)

    # --- from the runner -------------------------------------------------------------------------------------

    def _from_client(self) -> None:
        while self._may_go_on():
            message = messages.taken(self.from_client)
            if message is None:
                return
            self._note(message)
            self.server.sendall(message.data)

    def _may_go_on(self) -> bool:
        """Whether the next message may pass: while the server works on a query only rows for it may."""
        if not self.from_client:
            return False
        kind = bytes(self.from_client[:1])
        return not self.busy or kind == b"X" or (self.copying and kind in _WHILE_COPYING)

    def _note(self, message: Message) -> None:
        if not self.started or self.busy:
            return
        match message.kind:
            case b"Q":
                text = messages.text_of(message.body)
                self._enclose(text)
                self._ask(text)
            case b"P":
                name, text = messages.parsed(message)
                self.statements[name] = text
                self._enclose(text)
                self.begun = self.begun or time.monotonic()
            case b"B":
                portal, name = messages.bound(message)
                self.portals[portal] = self.statements.get(name, "")
            case b"E":
                self._ask(self.portals.get(message.body.partition(b"\0")[0], ""))
        if message.kind in _ASKING:
            self.busy = True

    def _ask(self, text: str) -> None:
        self.texts.append(text)
        self.begun = self.begun or time.monotonic()
        self.watcher.before(self.pid, text)

    def _enclose(self, text: str) -> None:
        """Begin a transaction of our own where the query is the first of what the server answers at once."""
        if self.idle and not self.enclosed and not self.begun and self.watcher.encloses(text):
            self.enclosed = isinstance(self._own("BEGIN"), list)

    # --- from the server ------------------------------------------------------------------------------------

    def _from_server(self) -> None:
        while (message := messages.taken(self.from_server)) is not None:
            sent = message
            match message.kind:
                case b"K":
                    self.pid = messages.key(message)
                case b"G" | b"W":
                    self.copying = True
                case b"C" | b"I":
                    self.completed += 1
                case b"E" if self.started:
                    self.error = messages.error(message)
                case b"Z":
                    sent = Message(b"Z", self._answered(message.body))
            self.client.sendall(sent.data)

    def _answered(self, status: bytes) -> bytes:
        """Tell what became of a query; gives the state of the session as the runner shall know it."""
        texts, seconds, open_transaction = self.texts, time.monotonic() - self.begun, status == b"T"
        alone, self.enclosed = self.enclosed, False
        answer = Answer(self.pid, self.begun, seconds, open_transaction, self.error, self.completed, alone)
        self.texts, self.begun, self.error, self.completed = [], 0.0, None, 0
        self.busy = self.copying = False
        self.idle = alone or status == b"I"
        if not self.started:
            self.started = True
            return status
        question = self.watcher.after(answer) if texts else ""
        if question:
            rows = self._own(question)
            self.watcher.seen(answer, rows if isinstance(rows, list) else None)
        if not alone:
            return status
        ended = self._own("COMMIT" if open_transaction else "ROLLBACK", errors_too=True)
        if isinstance(ended, ServerError):
            self.watcher.late(answer, ended)
        return b"I"

    def _own(self, sql: str, *, errors_too: bool = False) -> Rows | ServerError:
        """Ask a query of our own: its rows, or the error, of which the runner hears if that is asked for."""
        self.server.sendall(messages.question(sql))
        rows: Rows = []
        failed: ServerError | None = None
        while True:
            message = messages.taken(self.from_server)
            if message is None:
                data = self.server.recv(_CHUNK)
                if not data:
                    raise ConnectionResetError
                self.from_server += data
                continue
            match message.kind:
                case b"D":
                    rows.append(messages.row(message))
                case b"E":
                    failed = messages.error(message)
                    if errors_too:
                        self.client.sendall(message.data)
                case b"N" | b"S" | b"A":
                    self.client.sendall(message.data)
                case b"Z":
                    return failed or rows


def _received(end: socket.socket, buffer: bytearray) -> bool:
    """Take what has come; whether the other side is still there."""
    data = end.recv(_CHUNK)
    buffer.extend(data)
    while data and isinstance(end, ssl.SSLSocket) and end.pending():  # what `select` does not know of
        buffer.extend(end.recv(_CHUNK))
    return bool(data)
