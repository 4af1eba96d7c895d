"""Finds where quotes, expansions and heredocs of a shell text begin and end, without reading what the commands are."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.pattern import pattern
from avion_lint.record import record

_CODE = pattern(
    r"\\(?:.|\n)|'[^']*'|\$'(?:\\(?:.|\n)|[^'\\])*'|\$\(\(|\$\(|\$\{|\"|`|\(\(|\(|\)|<<<|<<-?|\n|#|\b(?:case|esac)\b"
)
_QUOTED = pattern(r"\\(?:.|\n)|\"|`|\$\(\(|\$\(|\$\{")
_BRACES = pattern(r"\\(?:.|\n)|\"|`|\$\(\(|\$\(|\$\{|\}|'[^'\n}]*'")
_SUM = pattern(r"\\(?:.|\n)|\"|`|\$\(\(|\$\(|\$\{|\(|\)\)|\)")
_LOOKED_FOR = {"code": _CODE, "back": _CODE, "quoted": _QUOTED, "braces": _BRACES, "sum": _SUM}
_OPENS = {"$((": "sum", "((": "sum", "$(": "code", "${": "braces", '"': "quoted"}
_CLOSES = {("quoted", '"'), ("braces", "}"), ("sum", "))"), ("back", "`")}
_DELIMITER = pattern(r"[ \t]*((?:'[^'\n]*'|\"[^\"\n]*\"|\\.|[^\s;|&<>()'\"\\`])+)")
_COMMENT_MAY_FOLLOW = frozenset(" \t\n;|&()`")


@record
class Frame:
    """A quote, an expansion or a bracket that is open: what is inside, where it began."""

    mode: str
    start: int
    cases: int = 0


@record
class HeredocSpan:
    """A heredoc of a text: its operator `[operator, after)`, its body `[start, end)`, and the line that ends it."""

    operator: int
    after: int
    start: int
    end: int
    stop: int
    delimiter: str
    quoted: bool
    tabs: bool
    closed: bool


def expansion_end(text: str, start: int, end: int) -> int:
    """Offset after the `$(…)`, `${…}`, `$((…))` or backquotes that begin at `start`; `end` where it does not close."""
    for _, at, depth in _walk(text, start, end, "quoted"):
        if depth == 1:
            return at
    return end


def heredocs(text: str) -> list[HeredocSpan]:
    """Every heredoc of a script, in order of its operator."""
    if "<<" not in text:
        return []
    found: list[HeredocSpan] = []
    for span, _, _ in _walk(text, 0, len(text), "code"):
        if span is not None:
            found.append(span)
    return sorted(found, key=lambda each: each.operator)


def _walk(text: str, at: int, end: int, mode: str) -> Iterator[tuple[HeredocSpan | None, int, int]]:
    """Walk over a text; tell each heredoc as it ends, and each closing: the offset after it, the depth that is left."""
    stack = [Frame(mode, at)]
    pending: list[tuple[int, int, str, bool, bool]] = []
    while (match := _LOOKED_FOR[stack[-1].mode].search(text, at, end)) is not None:
        mark, at = match[0], match.end()
        top = stack[-1]
        match mark:
            case "`" if top.mode != "back":
                stack.append(Frame("back", match.start()))
            case "\n" if pending:
                for number, opened in enumerate(pending):
                    span = _body(text, min(at + 1, end) if number else at, end, opened)
                    at = span.stop
                    yield span, at, len(stack)
                pending.clear()
            case "#":
                at = _after_comment(text, match.start(), end, top)
            case "<<" | "<<-":
                at = _operator(text, match.start(), at, pending)
            case "case" | "esac":
                stack[-1] = Frame(top.mode, top.start, max(0, top.cases + (1 if mark == "case" else -1)))
            case _:
                if _turn(stack, mark):
                    yield None, at, len(stack)
    for opened in pending:
        yield _body(text, end, end, opened), end, 0


def _turn(stack: list[Frame], mark: str) -> bool:
    """Open or close what a mark opens or closes; tell whether something closed."""
    top = stack[-1]
    if (top.mode, mark) in _CLOSES and len(stack) > 1:
        stack.pop()
        return True
    if mark in _OPENS:
        stack.append(Frame(_OPENS[mark], 0))
    elif mark == "(":
        stack.append(Frame("sum" if top.mode == "sum" else "code", 0))
    elif mark == ")" and len(stack) > 1 and not top.cases:
        stack.pop()
        return True
    return False


def _after_comment(text: str, at: int, end: int, top: Frame) -> int:
    if at > 0 and text[at - 1] not in _COMMENT_MAY_FOLLOW:
        return at + 1
    stop = text.find("\n", at, end)
    if top.mode == "back":
        close = text.find("`", at, end if stop < 0 else stop)
        stop = close if close >= 0 else stop
    return end if stop < 0 else stop


def _operator(text: str, start: int, at: int, pending: list[tuple[int, int, str, bool, bool]]) -> int:
    match = _DELIMITER.match(text, at)
    if match is None:
        return at
    word = match[1]
    quoted = any(mark in word for mark in "'\"\\")
    plain = word.replace("'", "").replace('"', "").replace("\\", "") if quoted else word
    pending.append((start, at, plain, quoted, text[start:at].endswith("-")))
    return match.end()


def _body(text: str, at: int, end: int, opened: tuple[int, int, str, bool, bool]) -> HeredocSpan:
    operator, after, delimiter, quoted, tabs = opened
    start = at
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        line = text[at:stop].rstrip("\r")
        if (line.lstrip("\t") if tabs else line) == delimiter:
            return HeredocSpan(operator, after, start, at, stop, delimiter, quoted, tabs, closed=True)
        at = stop + 1
    return HeredocSpan(operator, after, start, end, end, delimiter, quoted, tabs, closed=False)
