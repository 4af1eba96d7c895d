"""A wire between the real goose and a real PostgreSQL that writes down every query a migration sends.

goose sends each chunk of a migration as one simple query. The wire notes its text and passes an empty query on in its
place, so that the next chunk comes even where the server would refuse this one. What goose asks for itself (begin,
commit, its version table) passes unchanged, and its entry in the version table tells which migration was run.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

OWN = frozenset({"-- ping", "begin", "commit", "rollback"})


@dataclass
class Wire:
    """What goose has sent: per version the queries in order, and whether a transaction was open."""

    port: int = 0
    sent: dict[int, tuple[bool, list[str]]] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)
    transaction: bool = False

    def query(self, text: str) -> bool:
        """Note a simple query; whether it is a migration's."""
        if text in OWN:
            self.transaction = text == "begin" or (self.transaction and text != "rollback")
            return False
        self.queries.append(text)
        return True

    def version(self, number: int) -> None:
        """Note that a migration's entry is made or deleted: what was sent before is its."""
        self.sent[number] = (self.transaction, self.queries)
        self.queries, self.transaction = [], False


@contextmanager
def wire(uri: str) -> Iterator[Wire]:
    """A wire to the server at `uri`, listening on a port of its own."""
    note = Wire()
    server = urlsplit(uri)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        note.port = listener.getsockname()[1]

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                upstream = socket.create_connection((server.hostname, server.port))
                for end in (client, upstream):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=_pour, args=(upstream, client), daemon=True).start()
                threading.Thread(target=_listen, args=(client, upstream, note), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield note
        listener.shutdown(socket.SHUT_RDWR)


def _pour(source: socket.socket, target: socket.socket) -> None:
    with source, target, contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


def _hang_up(end: socket.socket) -> None:
    """Wake the thread that reads from the other side of this connection; a mere close would leave it waiting."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


def _listen(client: socket.socket, server: socket.socket, note: Wire) -> None:
    statements: dict[bytes, str] = {}
    stream = client.makefile("rb")
    try:
        (length,) = struct.unpack("!i", stream.read(4))
        server.sendall(struct.pack("!i", length) + stream.read(length - 4))
        while kind := stream.read(1):
            (length,) = struct.unpack("!i", stream.read(4))
            body = stream.read(length - 4)
            match kind:
                case b"Q" if note.query(body[:-1].decode()):
                    body = b"\0"
                case b"P":
                    name, sql, _ = body.split(b"\0", 2)
                    statements[name] = sql.decode()
                case b"B":
                    _note_version(body, statements, note)
            server.sendall(kind + struct.pack("!i", len(body) + 4) + body)
    except (OSError, struct.error):
        return  # goose has gone
    finally:
        stream.close()
        for end in (client, server):
            _hang_up(end)


def _note_version(bind: bytes, statements: Mapping[bytes, str], note: Wire) -> None:
    """Read the version out of a Bind message for the statement that makes or deletes an entry."""
    _, statement, rest = bind.split(b"\0", 2)
    sql = statements[statement].upper()
    if "GOOSE_DB_VERSION" not in sql or not sql.startswith(("INSERT", "DELETE")):
        return
    (formats,) = struct.unpack_from("!h", rest)
    (size,) = struct.unpack_from("!i", rest, 4 + 2 * formats)
    start = 8 + 2 * formats
    value = rest[start : start + size]
    note.version(struct.unpack("!q", value)[0] if size == 8 else int(value))


@dataclass(frozen=True)
class Goose:
    """A goose binary and the connection that it shall use."""

    binary: str
    uri: str

    def run(self, folder: Path, *command: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.binary, "-dir", str(folder), "postgres", self.uri, *command],
            env={"HOME": "/nowhere", **environment},
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )


def find_goose(variable: str, name: str) -> str:
    """Path of a goose binary, from the environment or PATH; skips the test where there is none."""
    binary = os.environ.get(variable) or shutil.which(name)
    if not binary:
        pytest.skip(f"no goose here: neither {variable} nor {name} on PATH names one")
    return binary
