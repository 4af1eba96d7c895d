"""Puts a report together of its parts."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO


def assembled(parts: Iterable[str]) -> str:
    """One text of many; other than by joining them, they need not all be there at once."""
    whole = StringIO()
    for part in parts:
        whole.write(part)
    return whole.getvalue()
