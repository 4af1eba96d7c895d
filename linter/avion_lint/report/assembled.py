"""Puts a report together of its parts, as the bytes that are written."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO


def encoded(parts: Iterable[str]) -> bytes:
    """The bytes of many texts, in UTF-8; they need not all be there at once.

    One letter beyond Latin 1 would make a whole text take twice the room. What is no Unicode, as in odd names of files,
    is written as an escape.
    """
    whole = BytesIO()
    for part in parts:
        whole.write(part.encode("utf-8", "backslashreplace"))
    return whole.getvalue()
