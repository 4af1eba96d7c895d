"""The words of a PromQL expression with their places, Grafana's variables and unknown parts of templates included."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.enumeration import StrEnum
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.source import Span


class Kind(StrEnum):
    """What a word is."""

    NAME = "name"
    VARIABLE = "variable"
    NUMBER = "number"
    DURATION = "duration"
    TEXT = "text"
    RANGE = "range"
    MARK = "mark"


@record
class Token:
    """A word; `text` is as written, brackets of a range included. A VARIABLE is a name that is not all known."""

    kind: Kind
    text: str
    span: Span


_VARIABLE = r"\$\{[^}\n]*\}|\$\w+|\[\[\w+(?::\w+)?\]\]|\ue000+"
_TOKEN = pattern(
    rf"""
    (?P<blank>\s+|\#[^\n]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    |(?P<duration>(?:[0-9]+(?:ms|[smhdwy]))+(?![\w.]))
    |(?P<number>0[xX][0-9a-fA-F]+|(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)
    |(?P<name>(?:[a-zA-Z_:]|{_VARIABLE})(?:[a-zA-Z0-9_:]|{_VARIABLE})*)
    |(?P<range>\[[^\]\[]*(?:\[\[\w+\]\][^\]\[]*)*\])
    |(?P<mark>==|!=|>=|<=|=~|!~|[-+*/%^<>=(){{}},@:])
    """,
    64 | 16,  # re.VERBOSE, re.DOTALL
)
_KINDS = {str(kind): kind for kind in Kind}
_UNSURE = frozenset("$[\ue000")


class NoWordError(Exception):
    """Something that is no word of PromQL: `span` is where, `why` says what."""

    def __init__(self, span: Span, why: str) -> None:
        super().__init__(why)
        self.span = span
        self.why = why


def tokens(text: str) -> Iterator[Token]:
    """Words of an expression, blanks and comments left out; NoWordError where something is no word."""
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise NoWordError(Span(at, at + 1), _why(text[at]))
        at = found.end()
        kind = _KINDS.get(found.lastgroup or "")
        if kind is not None:
            is_variable = kind is Kind.NAME and not _UNSURE.isdisjoint(found[0])
            yield Token(Kind.VARIABLE if is_variable else kind, found[0], Span(found.start(), at))


def _why(character: str) -> str:
    match character:
        case '"' | "'" | "`":
            return "this text is never closed"
        case "[":
            return "this bracket is never closed"
        case "&" | "|":
            return f"PromQL has no `{character}`; its words are `and`, `or` and `unless`"
        case "!":
            return "PromQL has no `!`; it has `!=`, `!~` and `unless`"
        case _:
            return f"`{character}` means nothing in PromQL"
