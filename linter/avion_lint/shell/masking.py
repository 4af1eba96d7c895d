"""What the grammar gets to see: the script in ASCII, so that bytes are characters; unknown stretches are words."""

from __future__ import annotations

from bisect import bisect_left

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.source import UNKNOWN

_EXPRESSION = pattern(r"\$\{\{(?:[^'}$]|\$(?!\{\{)|'[^']*'|\}(?!\}))*\}\}")
_FOREIGN = pattern(r"[^\x00-\x7f]")
_UNKNOWN_RUN = pattern(UNKNOWN + "+")
_BEFORE_A_WORD = frozenset(" \t\n;|&(\"'=`+-*/,:")


@record
class Expression:
    """A GitHub expression in a script: where it stands, and what stands between the braces."""

    start: int
    end: int
    text: str


@record
class Masked:
    """A script as it is parsed, as long as the one it was made from.

    `text` has unknown stretches as runs of U+E000, `ascii` has them as words; `expressions` are in the script's order.
    """

    text: str
    ascii: str
    expressions: tuple[Expression, ...]

    def expressions_in(self, start: int, end: int) -> tuple[Expression, ...]:
        """Expressions that begin in `[start, end)`."""
        starts = [each.start for each in self.expressions] if self.expressions else []
        return self.expressions[bisect_left(starts, start) : bisect_left(starts, end)]


def mask(text: str, *, expressions: bool) -> Masked:
    """Hide what is no shell; `expressions` tells whether `${{ … }}` is put in by GitHub before the shell runs."""
    found = tuple(
        Expression(match.start(), match.end(), match[0][3:-2].strip())
        for match in (_EXPRESSION.finditer(text) if expressions and "${{" in text else ())
    )
    if found:
        text = _EXPRESSION.sub(lambda match: UNKNOWN * len(match[0]), text)
    if text.isascii():
        return Masked(text, text, found)
    return Masked(text, _foreign(_unknown(text)), found)


def _unknown(text: str) -> str:
    """Unknown stretches as names where a word begins, else as what ends a name: `$A{{ .B }}` is about A."""
    if UNKNOWN not in text:
        return text
    return _UNKNOWN_RUN.sub(
        lambda match: ("x" if match.start() == 0 or text[match.start() - 1] in _BEFORE_A_WORD else ".") * len(match[0]),
        text,
    )


def _foreign(text: str) -> str:
    # A full stop is part of a word and of no name, as letters outside ASCII are for every shell.
    return _FOREIGN.sub(".", text)
