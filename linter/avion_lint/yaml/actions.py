"""The actions of Go's text/template in a text: where each stands and of which kind it is."""

from __future__ import annotations

from typing import Literal

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.source import Span

Kind = Literal[
    "value", "template", "comment", "assign", "if", "else", "end", "with", "range", "define", "block", "break",
    "continue",
]  # fmt: skip
OPENING: frozenset[Kind] = frozenset({"if", "with", "range", "define", "block"})
OUTPUT: frozenset[Kind] = frozenset({"value", "template"})

# Comments, strings, raw strings and characters hide what would close an action (text/template/parse, lex.go).
_ACTION = pattern(
    r"""\{\{(?:-(?=\s))?+\s*+(?:
        (?P<comment>/\*(?s:.*?)\*/\s*-?\}\})
      | (?P<body>(?:[^"'`}]++|"(?:[^"\\\n]|\\[^\n])*+"|'(?:[^'\\\n]|\\[^\n])*+'|`[^`]*+`|\}(?!\}))*+)\}\}
    )""",
    16 | 64,  # re.DOTALL is inside; re.VERBOSE, without importing re at start-up
)
_KEYWORDS: tuple[Kind, ...] = (
    "if", "else", "end", "with", "range", "define", "block", "template", "break", "continue",
)  # fmt: skip
_WORDS: dict[str, Kind] = {str(word): word for word in _KEYWORDS}
_WORD = pattern(rf"({'|'.join(_KEYWORDS)})(?![\w.])")
_ASSIGN = pattern(r"\$\w*(?:\s*,\s*\$\w+)?\s*:?=(?!=)")


@record
class Action:
    """One `{{ … }}`. `text` is what stands in it, without the braces, the trim markers and blanks at the ends."""

    span: Span
    kind: Kind
    text: str


def scan(text: str) -> tuple[tuple[Action, ...], Span | None]:
    """Every action in order, and where the one stands that never ends, if there is one; nothing is read after it."""
    found: list[Action] = []
    at = text.find("{{")
    while at >= 0:
        match = _ACTION.match(text, at)
        if match is None:
            return tuple(found), Span(at, at + 2)
        span = Span(at, match.end())
        if match["comment"] is not None:
            found.append(Action(span, "comment", match["comment"][:-2].removesuffix("-").rstrip()))
        else:
            found.append(_action(span, match["body"]))
        at = text.find("{{", match.end())
    return tuple(found), None


def _action(span: Span, body: str) -> Action:
    said = body[:-1].rstrip() if body.endswith("-") and body[-2:-1].isspace() else body.rstrip()
    if word := _WORD.match(said):
        return Action(span, _WORDS[word[1]], said)
    return Action(span, "assign" if _ASSIGN.match(said) else "value", said)
