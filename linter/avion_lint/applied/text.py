"""The hash by which a migration's text is known again on every machine."""

from __future__ import annotations


def text_sha256(text: str) -> str:
    """SHA-256 of a text, in hexadecimal, with line feeds as line ends and without a byte order mark.

    Git may give a file other line ends on another machine; no runner minds them.
    """
    from hashlib import sha256  # noqa: PLC0415 - only where something is hashed

    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return sha256(plain.encode("utf-8", "surrogateescape")).hexdigest()
