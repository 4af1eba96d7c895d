"""ENVSUB over dollar-quoted bodies: goose substitutes their marks away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from avion_lint.pattern import pattern
from avion_lint.runners.migration import Misread, Misreading
from avion_lint.source import Span
from avion_lint.sql.lexer import Lexeme, Token, tokens

# Letters, digits, `_` and all beyond ASCII, said by what they are not: `re` is slow to compile the class otherwise.
_NAME = r"[^\x00-@[-^`{-\x7f][^\x00-/:-@[-^`{-\x7f]*+"
_MARK = pattern(rf"\$({_NAME})?\$")
_ESCAPED_MARK = pattern(rf"\$\$(?=({_NAME})\$\$)")


def misread_bodies(text: str, substituted: Sequence[Span]) -> Iterator[tuple[Misreading, Span]]:
    """Find dollar-quoted bodies whose opening mark stands in a line that ENVSUB has changed; each with its extent.

    A mark that is written with its dollars doubled (`$$$$`, `$$body$$`) reaches the server as one, and is none.
    """
    if not substituted:
        return
    escaped = Counter(found[1] for found in _ESCAPED_MARK.finditer(text))
    lines = iter(sorted(substituted))
    line = next(lines, None)
    for token in tokens(text):
        while line and line.end <= token.start:
            line = next(lines, None)
        if not line:
            return
        if token.kind is Lexeme.DOLLAR and token.start >= line.start and not _is_escaped(text, token, escaped):
            yield _substituted(text, token), Span(token.start, token.end)


def _is_escaped(text: str, token: Token, escaped: Mapping[str, int]) -> bool:
    """Whether a body is in truth a mark with its dollars doubled: an empty one, or a name that comes twice."""
    body = text[token.start : token.end]
    return body == "$$$$" or (body.startswith("$$") and escaped.get(body[2:-2], 0) > 1)


def _substituted(text: str, token: Token) -> Misreading:
    mark = _MARK.match(text, token.start)
    end = mark.end() if mark else token.end
    name = mark[1] if mark else None
    becomes = f"the value of ${name} and a dollar sign" if name else "a single dollar sign"
    detail = f"ENVSUB is on here, so that goose sends {becomes} where a dollar-quoted body opens"
    return Misreading(Misread.SUBSTITUTION_IN_BODY, Span(token.start, end), detail)
