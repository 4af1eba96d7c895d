"""Messages of PostgreSQL's protocol 3 ("Frontend/Backend Protocol" in the manual), as far as the wire reads them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from avion_lint.record import record

CANCEL, SSL, GSS = 80877102, 80877103, 80877104
"""Codes that stand where a start-up message has the protocol's version."""

_NAME = b"_avion_lint\0"


@record
class Message:
    """A message with its sort, one letter; the one that opens a connection has none."""

    kind: bytes
    body: bytes

    @property
    def data(self) -> bytes:
        """The message as it is sent."""
        return self.kind + struct.pack("!i", len(self.body) + 4) + self.body


@record
class ServerError:
    """An error as the server tells it; `position` is that of a character of the query, from 1, 0 for none."""

    sqlstate: str
    message: str
    detail: str = ""
    hint: str = ""
    position: int = 0
    where: str = ""


def taken(buffer: bytearray, *, opening: bool = False) -> Message | None:
    """The next whole message of a buffer, which is shortened by it; None where more must come first."""
    head = 0 if opening else 1
    if len(buffer) < head + 4:
        return None
    (length,) = struct.unpack_from("!i", buffer, head)
    if len(buffer) < head + length:
        return None
    message = Message(bytes(buffer[:head]), bytes(buffer[head + 4 : head + length]))
    del buffer[: head + length]
    return message


def code_of(opening: Message) -> int:
    """The code that an opening message begins with: the protocol's version, CANCEL, SSL or GSS."""
    (code,) = struct.unpack_from("!i", opening.body)
    return int(code)


def with_options(opening: Message, options: str) -> Message:
    """The start-up message with further command-line options for the session."""
    parts = opening.body[4:].split(b"\0")
    names, values = parts[0::2], parts[1::2]
    given = {name: value for name, value in zip(names, values, strict=False) if name}
    given[b"options"] = b" ".join(each for each in (options.encode(), given.get(b"options", b"")) if each)
    body = b"".join(name + b"\0" + value + b"\0" for name, value in given.items())
    return Message(b"", opening.body[:4] + body + b"\0")


def text_of(body: bytes) -> str:
    """The first text of a message."""
    return body.partition(b"\0")[0].decode("utf-8", "replace")


def parsed(message: Message) -> tuple[bytes, str]:
    """Name and text of the statement in a Parse message."""
    name, _, rest = message.body.partition(b"\0")
    return name, text_of(rest)


def bound(message: Message) -> tuple[bytes, bytes]:
    """Names of portal and statement in a Bind message."""
    portal, _, rest = message.body.partition(b"\0")
    return portal, rest.partition(b"\0")[0]


def key(message: Message) -> int:
    """The process number in a BackendKeyData message."""
    (pid,) = struct.unpack_from("!i", message.body)
    return int(pid)


def error(message: Message) -> ServerError:
    """The fields of an ErrorResponse message."""
    parts = (part.decode("utf-8", "replace") for part in message.body.split(b"\0") if part)
    told = {part[0]: part[1:] for part in parts}
    position = told.get("P", "0")
    return ServerError(
        told.get("C", ""),
        told.get("M", ""),
        told.get("D", ""),
        told.get("H", ""),
        int(position) if position.isdecimal() else 0,
        told.get("W", ""),
    )


def row(message: Message) -> tuple[str | None, ...]:
    """The values of a DataRow message, as texts."""
    return tuple(_values(message.body))


def _values(body: bytes) -> Iterator[str | None]:
    (count,) = struct.unpack_from("!h", body)
    at = 2
    for _ in range(count):
        (length,) = struct.unpack_from("!i", body, at)
        at += 4
        if length < 0:
            yield None
            continue
        yield body[at : at + length].decode("utf-8", "replace")
        at += length


def question(sql: str) -> bytes:
    """Messages that ask a query by a statement and a portal of our own, so that the runner's stay as they are."""
    sent: Sequence[Message] = (
        Message(b"P", _NAME + sql.encode() + b"\0\0\0"),
        Message(b"B", _NAME + _NAME + b"\0\0\0\0\0\0"),
        Message(b"E", _NAME + b"\0\0\0\0"),
        Message(b"C", b"P" + _NAME),
        Message(b"C", b"S" + _NAME),
        Message(b"S", b""),
    )
    return b"".join(message.data for message in sent)
