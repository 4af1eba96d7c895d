"""Makes YAML of JSON, as long as it was: what JSON allows and YAML's parsers do not."""

from __future__ import annotations

import re

from avion_lint.pattern import pattern
from avion_lint.source import Document

_MARK = "\ue001"
_HALF = pattern(r"((?<!\\)(?:\\\\)*)\\(u[dD][89a-fA-F][0-9a-fA-F]{2})")
_MARKED = pattern(
    rf"{_MARK}u([dD][89abAB][0-9a-fA-F]{{2}}){_MARK}u([dD][c-fC-F][0-9a-fA-F]{{2}})|{_MARK}u[0-9a-fA-F]{{4}}"
)


def is_json(document: Document) -> bool:
    """Whether the file says that it is JSON."""
    return document.path.endswith(".json")


def as_yaml(text: str) -> str:
    """Take away what stops YAML's parsers: tabs, which in JSON stand between the texts only, and halves of characters.

    JSON escapes a character beyond U+FFFF in two halves, which no YAML escape can say. They are marked, for `as_json`.
    """
    return _HALF.sub(rf"\1{_MARK}\2", text.replace("\t", " "))


def as_json(text: str) -> str:
    """Put the halves of a scalar's text together; one that stands alone becomes U+FFFD."""
    return _MARKED.sub(_character, text) if _MARK in text else text


def _character(found: re.Match[str]) -> str:
    if found[1] is None:
        return "\ufffd"
    high, low = int(found[1], 16), int(found[2], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
