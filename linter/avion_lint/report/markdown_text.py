"""Hostile text made plain inside Markdown as GitHub reads it."""

from __future__ import annotations

import re

from avion_lint.pattern import pattern
from avion_lint.report.plain import harmless_lines, one_line

# What GitHub Flavored Markdown gives a meaning, anywhere or at the beginning of a line.
_MARKS = pattern(r"[\\`*_\[\]<>|~&$]|^[#+=-]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|(?<=^\d\d\d)[.)]")
# GitHub makes links of these even where nothing is marked up: mentions, references and addresses.
_LINKED = pattern(r"@(?=\w)|#(?=\d)|\bGH-(?=\d)|:(?=//)|\bwww(?=\.)", re.IGNORECASE)
_JOINER = "\u2060"


def inline(text: str) -> str:
    """Text as one line of Markdown; what stands between backquotes in it becomes code."""
    pieces = one_line(text).split("`")
    if len(pieces) % 2 == 0:
        return _escaped("`".join(pieces))
    return "".join(code(piece) if index % 2 else _escaped(piece) for index, piece in enumerate(pieces))


def code(text: str) -> str:
    """Text as a code span."""
    shown = one_line(text)
    if not shown:
        return ""
    fence = _fence(shown, 1)
    pad = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def block(text: str) -> list[str]:
    """Text as a fenced code block, its lines kept."""
    lines = harmless_lines(text)
    fence = _fence("\n".join(lines), 3)
    return [f"{fence}text", *lines, fence]


def _escaped(text: str) -> str:
    """Take its meaning in Markdown from a text; an invisible word joiner breaks what would become a link."""
    joined = _LINKED.sub(rf"\g<0>{_JOINER}", text)
    return _MARKS.sub(r"\\\g<0>", joined)


def _fence(text: str, least: int) -> str:
    """Backquotes, more than there are anywhere in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)
