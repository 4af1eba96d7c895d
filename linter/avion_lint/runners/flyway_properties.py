"""Flyway's CONF files: Java properties in which a backslash stands for itself."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.source import Span

_BLANK = " \t\f"
_TRIMMED = "".join(map(chr, range(33)))


@record
class Entry:
    """A key, its value, and where they stand: from the key's first character to the end of its line."""

    key: str
    value: str
    span: Span


@record
class _Line:
    """A line without blanks around it, and the offset at which it begins."""

    text: str
    start: int


def entries(text: str) -> Iterator[Entry]:
    """Entries in order; of one key, the last counts.

    Lines are trimmed and backslashes kept, so that there are no escapes; one at the end of a line continues it,
    unless the next line is empty or looks like a setting (ConfigUtils.loadConfigurationFromString in 11.20.3).
    """
    lines = list(_lines(text))
    index = 0
    while index < len(lines):
        line = lines[index]
        logical = line.text
        is_comment = logical[:1] in ("#", "!")
        while _continues(lines, index):
            index += 1
            if not is_comment:
                logical = logical[:-1] + lines[index].text.lstrip(_BLANK)
        index += 1
        if logical and not is_comment:
            last = lines[index - 1]
            yield _entry(logical, Span(line.start, last.start + len(last.text)))


def _lines(text: str) -> Iterator[_Line]:
    offset = 1 if text.startswith("\ufeff") else 0
    for raw in text[offset:].split("\n"):
        blank = len(raw) - len(raw.lstrip(_TRIMMED))
        yield _Line(raw.strip(_TRIMMED), offset + blank)
        offset += len(raw) + 1


def _continues(lines: list[_Line], index: int) -> bool:
    """Whether the line's last backslash joins the next one to it."""
    text = lines[index].text
    if not text.endswith("\\") or text[:1] in ("#", "!") or index + 1 == len(lines):
        return False
    following = lines[index + 1].text
    if not following.startswith("flyway.") or "=" not in following:
        return bool(following)
    return "==" in following or "!=" in following


def _entry(logical: str, span: Span) -> Entry:
    end = next((at for at, character in enumerate(logical) if character in "=: \t\f"), len(logical))
    rest = logical[end:].lstrip(_BLANK)
    if rest[:1] in ("=", ":"):
        rest = rest[1:].lstrip(_BLANK)
    return Entry(logical[:end], rest, span)
