"""Whether Prometheus would read an expression: asked of promql-parser, which says what is wrong but not where."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.promql.lexer import Kind, NoWordError, Token, tokens
from avion_lint.record import record
from avion_lint.source import Span

EXTRA = "avion-lint[delivery]"
_LISTS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_OPENING = {"(": ")", "{": "}"}


class Missing(Exception):  # noqa: N818 - it says what is missing, and is told as such
    """PromQL is not checked because promql-parser is not installed."""

    def __init__(self) -> None:
        super().__init__(f"PromQL is checked with promql-parser: pip install '{EXTRA}'")


@record
class Wrong:
    """What is wrong with an expression, and where in its text."""

    span: Span
    why: str


def is_available() -> bool:
    """Whether expressions can be checked here."""
    try:
        _parse()
    except Missing:
        return False
    return True


def _parse() -> Callable[[str], object]:
    try:
        import promql_parser  # noqa: PLC0415 - an extra, and only alerts and dashboards need it
    except ImportError:
        raise Missing from None
    return promql_parser.parse


def wrong(text: str) -> Wrong | None:
    """What is wrong with an expression, None where nothing is; raises Missing where that cannot be told.

    Variables of Grafana and unknown parts of templates are taken for whatever fits.
    """
    parse = _parse()
    try:
        words = list(tokens(text))
    except NoWordError as error:
        return Wrong(error.span, error.why)
    if not words:
        return Wrong(Span(0, len(text)), "it is empty")
    said = _said(parse, words)
    if said is None:
        return None
    unclosed = _unclosed(words)
    if unclosed is not None:
        return unclosed
    part = _part(parse, words, said)
    unsure = any(word.kind is Kind.VARIABLE for word in part or words) and said.startswith("expected type")
    return None if unsure else Wrong(_where(part, words, said), said)


def _said(parse: Callable[[str], object], words: list[Token]) -> str | None:
    """What the parser says against the words, whatever stands for variables; None where it takes them."""
    first: str | None = None
    for stand_in in ("1", "avion_lint"):
        try:
            parse(" ".join(_filled(words, stand_in)))
        except ValueError as error:
            first = first or str(error)
        else:
            return None
        if not any(word.kind is Kind.VARIABLE for word in words):
            break
    return first


def _filled(words: list[Token], stand_in: str) -> Iterator[str]:
    is_list = False
    for before, word, after in zip([None, *words], words, [*words[1:], None], strict=False):
        if word.text in ("(", ")"):
            is_list = word.text == "(" and before is not None and before.text.lower() in _LISTS
        match word.kind:
            case Kind.VARIABLE:
                is_name = is_list or (after is not None and (after.text in "{(" or after.kind is Kind.RANGE))
                alone = word.text.startswith(("$", "[[", "\ue000"))
                yield stand_in if alone and not is_name else "avion_lint"
            case Kind.RANGE:
                yield _range(word.text)
            case _:
                yield word.text


def _range(text: str) -> str:
    if "$" not in text and "[[" not in text and "\ue000" not in text:
        return text
    return "[1h:1m]" if ":" in text.replace("${", "").partition("}")[2] or text.count(":") == 1 else "[1h]"


def _unclosed(words: list[Token]) -> Wrong | None:
    """The bracket that is not closed, or that closes nothing."""
    waiting: list[Token] = []
    for word in words:
        if word.kind is not Kind.MARK:
            continue
        if word.text in _OPENING:
            waiting.append(word)
        elif word.text in _OPENING.values():
            if not waiting or _OPENING[waiting[-1].text] != word.text:
                return Wrong(word.span, f"this `{word.text}` closes nothing")
            waiting.pop()
    return Wrong(waiting[-1].span, f"this `{waiting[-1].text}` is never closed") if waiting else None


def _part(parse: Callable[[str], object], words: list[Token], said: str) -> list[Token]:
    """The smallest part in round brackets, with the name before it, that the parser says the same of."""
    parts = (words[first : last + 1] for first, last in _groups(words))
    return next((part for part in parts if _said(parse, part) == said), [])


def _where(part: list[Token], words: list[Token], said: str) -> Span:
    if part:
        return part[0].span
    named = [word for word in words if f"'{word.text}'" in said]
    return named[0].span if named else Span(words[0].span.start, words[-1].span.end)


def _groups(words: list[Token]) -> Iterator[tuple[int, int]]:
    """Calls and bracketed parts, innermost first."""
    waiting: list[int] = []
    for index, word in enumerate(words):
        if word.kind is Kind.MARK and word.text == "(":
            named = index > 0 and words[index - 1].kind is Kind.NAME
            waiting.append(index - 1 if named else index)
        elif word.kind is Kind.MARK and word.text == ")" and waiting:
            yield waiting.pop(), index
