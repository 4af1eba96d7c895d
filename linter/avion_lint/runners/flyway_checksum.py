"""Flyway's checksum of a migration: what the history table keeps and `validate` compares."""

from __future__ import annotations

import zlib

# Encodings in which ASCII characters are the bytes they are in UTF-8.
_SUPERSETS_OF_ASCII = frozenset({"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"})


def checksum(text: str, encoding: str = "UTF-8") -> int | None:
    r"""CRC-32 of the text without its line ends, as a signed 32-bit number.

    Line ends are `\r\n`, `\n` and `\r` only, and one byte order mark at the beginning does not count
    (org.flywaydb.core.internal.resolver.ChecksumCalculator; compared with 11.20.3). `text` is the file decoded as
    UTF-8; where `encoding` is what Flyway decodes it with, None means that Flyway cannot or that we do not know how.
    """
    read = text if _is_utf8(encoding) else _reread(text, encoding)
    if read is None:
        return None
    value = zlib.crc32(read.removeprefix("\ufeff").replace("\r", "").replace("\n", "").encode())
    return value - 2**32 if value >= 2**31 else value


def _is_utf8(encoding: str) -> bool:
    return encoding.lower() in ("utf-8", "utf8")


def _reread(text: str, encoding: str) -> str | None:
    from codecs import lookup  # noqa: PLC0415 - hardly any project decodes its migrations otherwise

    try:
        name = lookup(encoding).name
        return text.encode().decode(name) if name in _SUPERSETS_OF_ASCII else None
    except (LookupError, UnicodeDecodeError, ValueError):
        return None
