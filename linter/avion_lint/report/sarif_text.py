"""Text for SARIF's plain text messages, in which square brackets and braces have a meaning."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.report.plain import harmless_lines, one_line

LINK_LIMIT = 200

_PLACEHOLDER = pattern(r"\{(\d+)\}")
_BRACKET = pattern(r"[\[\]]")
_ESCAPED_IN_LINK = pattern(r"[\\\[\]]")


def plain(text: str) -> str:
    """Text in which nothing is taken for a link: its brackets are escaped where there could be one."""
    unquoted = _unquoted("\n".join(harmless_lines(text)))
    return _BRACKET.sub(r"\\\g<0>", unquoted) if "](" in unquoted else unquoted


def link(text: str, location: int) -> str:
    """Return an embedded link to the related location of that id.

    In its text, backslashes and square brackets are escaped (SARIF 2.1.0, 3.11.6).
    """
    label = limited(_unquoted(one_line(text)) or "this place", LINK_LIMIT)
    escaped = _ESCAPED_IN_LINK.sub(r"\\\g<0>", label)
    return f"[{escaped}]({location})"


def limited(text: str, limit: int) -> str:
    """Text of at most `limit` characters; what is cut off is marked."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _unquoted(text: str) -> str:
    """Text without backquotes, which GitHub drops from plain text, and without placeholders for arguments.

    Other braces stay single: nobody takes `${schema}` for a placeholder, and viewers that do not undouble
    braces (3.11.5) would show it wrong.
    """
    return _PLACEHOLDER.sub(r"{{\1}}", text).replace("`", "'")
