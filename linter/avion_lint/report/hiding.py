"""Secrets in lines of source that a report shows: stars in their place, as many as they have characters."""

from __future__ import annotations

from avion_lint.pattern import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

_IN_URL = pattern(r"://[^\s:/@'\"]{0,200}:([^\s@/'\"]{1,200})@")
_NAMED = pattern(
    r"(?:password|passwd|pwd|secret|token|api_?key|access_?key)['\"]?\s{0,9}[:=]\s{0,9}['\"]?"
    r"(?!(?:true|false|null|none|read|write|inherit)\b)([^\s'\"$<{&*|>;,)]{3,200})",
    2,
)
"""Not `secretName:`, nor what a variable or a template brings."""
_OPTION = pattern(r"--password\s+([^\s'\"$-][^\s'\"]{0,200})")
_IN_SQL = pattern(r"\bpassword\s+e?'((?:[^']|''){1,200})'", 2)
_STAR = pattern(r"\S")


_SIGNS = ("://", "pass", "pwd", "secret", "token", "key")
"""One of these is in whatever the forms fit, so that most runs compile none of them."""


def without_secrets(line: str) -> str:
    """The line with what looks like a secret hidden; its length stays."""
    folded = line.casefold()
    if not any(sign in folded for sign in _SIGNS):
        return line
    for form in (_IN_URL, _NAMED, _OPTION, _IN_SQL):
        line = form.sub(_starred, line)
    return line


def hidden(line: str, start: int, end: int) -> str:
    """The line with stars from `start` to `end`; blanks stay."""
    return line[:start] + _STAR.sub("*", line[start:end]) + line[end:]


def _starred(found: re.Match[str]) -> str:
    return hidden(found[0], found.start(1) - found.start(), found.end(1) - found.start())
