"""Takes a runner's connections, and leads each to the server."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.server.address import Address
from avion_lint.executor.wire import messages
from avion_lint.executor.wire.link import Link
from avion_lint.executor.wire.messages import Message
from avion_lint.executor.wire.watching import Watcher
from avion_lint.record import record, replace

_PORT = 5432
_SOCKET = f".s.PGSQL.{_PORT}"
_PATIENCE = 30.0  # seconds for the server to take a connection
_CHUNK = 1 << 16


@record
class Wire:
    """A wire that is laid: the address by which a runner reaches the database through it.

    `wrong` holds what went wrong on our side of it; a runner then only sees that its connection is gone.
    """

    address: Address
    wrong: list[Exception]


@contextmanager
def wire(database: Address, watcher: Watcher, folder: str, *, network: bool, options: str = "") -> Iterator[Wire]:
    """Lay a wire to a database: on a socket in a private folder, or on a port of this machine for what knows no other.

    `options` are given to every session as PGOPTIONS would. The server asks for the role's password all the same.
    """
    with _listening(folder, network=network) as listener:
        host, port = listener.getsockname()[:2] if network else (folder, _PORT)
        reached = replace(database, host=host, port=port, options={"sslmode": "disable"})
        taker = _Taker(database, watcher, options)
        threading.Thread(target=taker.take_all, args=(listener,), daemon=True).start()
        try:
            yield Wire(reached, taker.wrong)
        finally:
            taker.end()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


@contextmanager
def _listening(folder: str, *, network: bool) -> Iterator[socket.socket]:
    if network:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            yield listener
        return
    path = Path(folder) / _SOCKET
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


class _Taker:
    """Takes connections, and knows those that are open."""

    def __init__(self, database: Address, watcher: Watcher, options: str) -> None:
        self.database = database
        self.watcher = watcher
        self.options = options
        self.open: set[socket.socket] = set()
        self.wrong: list[Exception] = []

    def take_all(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if client.family != socket.AF_UNIX:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._take, args=(client,), daemon=True).start()

    def end(self) -> None:
        """Hang up on all."""
        for each in tuple(self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _take(self, client: socket.socket) -> None:
        try:
            self._serve(client)
        except OSError:
            return  # one of them has gone
        except Exception as error:  # noqa: BLE001 - it is told by who laid the wire, in whose thread it belongs
            self.wrong.append(error)

    def _serve(self, client: socket.socket) -> None:
        with client:
            buffer = bytearray()
            opening = _opening(client, buffer)
            with _connected(self.database) as server:
                self.open |= {client, server}
                try:
                    self._pass_on(client, server, opening, buffer)
                finally:
                    self.open -= {client, server}

    def _pass_on(self, client: socket.socket, server: socket.socket, opening: Message, buffer: bytearray) -> None:
        if messages.code_of(opening) == messages.CANCEL:
            server.sendall(opening.data)
            server.recv(1)  # the server hangs up when it has done it
            return
        server.sendall((messages.with_options(opening, self.options) if self.options else opening).data)
        link = Link(client, server, self.watcher)
        link.from_client += buffer
        link.run()


def _opening(client: socket.socket, buffer: bytearray) -> Message:
    """The message that opens the connection, after refusals of encryption, which this short way does not need."""
    while True:
        message = messages.taken(buffer, opening=True)
        if message is None:
            data = client.recv(_CHUNK)
            if not data:
                raise OSError
            buffer += data
        elif messages.code_of(message) in (messages.SSL, messages.GSS):
            client.sendall(b"N")
        else:
            return message


@contextmanager
def _connected(database: Address) -> Iterator[socket.socket]:
    if database.host.startswith("/"):
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(f"{database.host}/.s.PGSQL.{database.port}")
            yield server
        return
    with socket.create_connection((database.host, database.port), _PATIENCE) as plain:
        plain.settimeout(None)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        mode = database.options.get("sslmode", "prefer")
        if mode == "disable":
            yield plain
            return
        plain.sendall(Message(b"", messages.SSL.to_bytes(4, "big")).data)
        if plain.recv(1) != b"S":
            if mode not in ("allow", "prefer"):
                raise CannotRunError("the server does not speak TLS, and the address asks for it")
            yield plain
            return
        with _context(database).wrap_socket(plain, server_hostname=database.host) as server:
            yield server


def _context(database: Address) -> ssl.SSLContext:
    """TLS as `sslmode` asks for it."""
    mode, root = database.options.get("sslmode", "prefer"), database.options.get("sslrootcert")
    context = ssl.create_default_context(cafile=root if root not in (None, "system") else None)
    context.check_hostname = mode == "verify-full"
    if mode not in ("verify-ca", "verify-full"):
        context.verify_mode = ssl.CERT_NONE
    certificate = database.options.get("sslcert")
    if certificate:
        context.load_cert_chain(certificate, database.options.get("sslkey"))
    return context
