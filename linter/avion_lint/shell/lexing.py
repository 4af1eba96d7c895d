"""From the text of a word to its parts: quotes taken away, expansions told apart."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from avion_lint.pattern import pattern
from avion_lint.shell.masking import Masked
from avion_lint.shell.scanning import expansion_end
from avion_lint.shell.words import Part, PartKind
from avion_lint.source import UNKNOWN

_PLAIN = pattern(rf"[^\\'\"$`<>{UNKNOWN}]+|[<>]+(?!\()")
_PLAIN_QUOTED = pattern(rf"[^\\\"$`{UNKNOWN}]+")
_PLAIN_BODY = pattern(rf"[^\\$`{UNKNOWN}]+")
_UNKNOWN_RUN = pattern(UNKNOWN + "+")
_NAME = pattern(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|([0-9@*#?$!-]))")
_BRACED = pattern(
    r"\$\{[#!]?([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])(?:\[[^\]]*\])?([^\sA-Za-z0-9_}\"'$/]{0,2}|/{0,2})"
)
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "e": "\033"}
_ESCAPABLE = frozenset('\\"$`')
_ESCAPABLE_IN_BODY = frozenset("\\$`")


def lex(masked: Masked, start: int, end: int) -> Iterator[Part]:
    """Parts of the word `[start, end)`; substitutions come without their body."""
    text, at = masked.text, start
    while at < end:
        match text[at]:
            case "'":
                stop = _close(text, at + 1, end)
                yield from _stretches(masked, at + 1, stop, quoted=True, empty=(at, min(stop + 1, end)))
                at = stop + 1
            case '"':
                stop = _quote_end(text, at + 1, end)
                yield from _inside(masked, at, stop, end)
                at = stop + 1
            case "$" if text.startswith("$'", at):
                stop = _ansi_end(text, at + 2, end)
                yield from _ansi(text, at + 2, stop)
                at = stop + 1
            case "$" if text.startswith('$"', at):
                at += 1
            case "$" | "`":
                part = _expansion(masked, at, end, quoted=False)
                yield part
                at = part.end
            case "<" | ">" if text.startswith("(", at + 1):
                yield Part(PartKind.PROCESS, text[at + 2 : end - 1], at, end, quoted=False)
                at = end
            case "\\":
                if text[at + 1 : at + 2] != "\n":
                    yield Part(PartKind.LITERAL, text[at + 1 : at + 2] or "\\", at, min(at + 2, end), quoted=True)
                at += 2
            case _:
                at = yield from _plain(masked, at, end, _PLAIN, quoted=False)


def lex_body(masked: Masked, start: int, end: int) -> Iterator[Part]:
    """Parts of the body of a heredoc whose delimiter is not quoted."""
    yield from _double(masked, start, end, _ESCAPABLE_IN_BODY, _PLAIN_BODY)


def _inside(masked: Masked, at: int, stop: int, end: int) -> Iterator[Part]:
    """Parts between double quotes; an empty pair is an empty part."""
    if stop == at + 1:
        yield Part(PartKind.LITERAL, "", at, min(stop + 1, end), quoted=True)
        return
    yield from _double(masked, at + 1, stop, _ESCAPABLE, _PLAIN_QUOTED)


def _double(masked: Masked, at: int, end: int, escapable: frozenset[str], plain: object) -> Iterator[Part]:
    text = masked.text
    while at < end:
        match text[at]:
            case "\\" if text[at + 1 : at + 2] == "\n":
                at += 2
            case "\\" if text[at + 1 : at + 2] in escapable and at + 1 < end:
                yield Part(PartKind.LITERAL, text[at + 1], at, at + 2, quoted=True)
                at += 2
            case "\\" | '"':
                yield Part(PartKind.LITERAL, text[at], at, at + 1, quoted=True)
                at += 1
            case "$" | "`":
                part = _expansion(masked, at, end, quoted=True)
                yield part
                at = part.end
            case _:
                at = yield from _plain(masked, at, end, plain, quoted=True)


# The pattern is made when it is first used, which its type does not say; hence object.
def _plain(masked: Masked, at: int, end: int, plain: object, *, quoted: bool) -> Generator[Part, None, int]:
    text = masked.text
    if text[at] == UNKNOWN:
        stop = _UNKNOWN_RUN.match(text, at, end).end()  # type: ignore[union-attr]
        yield from _unknowns(masked, at, stop, quoted=quoted)
        return stop
    match = plain.match(text, at, end)  # type: ignore[attr-defined]
    stop = match.end() if match else at + 1
    yield Part(PartKind.LITERAL, text[at:stop], at, stop, quoted)
    return stop


def _unknowns(masked: Masked, start: int, end: int, *, quoted: bool) -> Iterator[Part]:
    """One part for every GitHub expression, and one for what lies between."""
    at = start
    for each in masked.expressions_in(start, end):
        if each.start > at:
            yield Part(PartKind.UNKNOWN, "", at, each.start, quoted)
        yield Part(PartKind.UNKNOWN, each.text, each.start, each.end, quoted)
        at = each.end
    if at < end:
        yield Part(PartKind.UNKNOWN, "", at, end, quoted)


def _stretches(masked: Masked, start: int, end: int, *, quoted: bool, empty: tuple[int, int]) -> Iterator[Part]:
    """Parts of a text in which nothing but unknown stretches is special."""
    if start >= end:
        yield Part(PartKind.LITERAL, "", *empty, quoted)
        return
    at = start
    text = masked.text
    while at < end:
        if text[at] == UNKNOWN:
            at = yield from _plain(masked, at, end, _PLAIN, quoted=quoted)
            continue
        stop = text.find(UNKNOWN, at, end)
        stop = end if stop < 0 else stop
        yield Part(PartKind.LITERAL, text[at:stop], at, stop, quoted)
        at = stop


def lex_literal(masked: Masked, start: int, end: int) -> Iterator[Part]:
    """Parts of the body of a heredoc whose delimiter is quoted."""
    if start < end:
        yield from _stretches(masked, start, end, quoted=True, empty=(start, end))


def _expansion(masked: Masked, at: int, end: int, *, quoted: bool) -> Part:
    text = masked.text
    if text[at] == "`" or text.startswith("$(", at):
        stop = expansion_end(text, at, end)
        if text.startswith("$((", at) and text[stop - 2 : stop] == "))":
            return Part(PartKind.ARITHMETIC, text[at + 3 : stop - 2].strip(), at, stop, quoted)
        opening = 1 if text[at] == "`" else 2
        return Part(PartKind.SUBSTITUTION, text[at + opening : max(stop - 1, at + opening)], at, stop, quoted)
    if text.startswith("${", at):
        stop = expansion_end(text, at, end)
        match = _BRACED.match(text, at, stop)
        if match is None:
            return Part(PartKind.VARIABLE, "", at, stop, quoted, operand=text[at + 2 : stop - 1])
        operator = "#" if text[at + 2] == "#" and match[1] != "#" else match[2]
        return Part(PartKind.VARIABLE, match[1], at, stop, quoted, operator, text[match.end() : stop - 1])
    if match := _NAME.match(text, at, end):
        return Part(PartKind.VARIABLE, match[1] or match[2], at, match.end(), quoted)
    return Part(PartKind.LITERAL, text[at], at, at + 1, quoted)


def _close(text: str, at: int, end: int) -> int:
    stop = text.find("'", at, end)
    return end if stop < 0 else stop


def _quote_end(text: str, at: int, end: int) -> int:
    """Offset of the double quote that ends what began before `at`."""
    while at < end:
        match text[at]:
            case '"':
                return at
            case "\\":
                at += 2
            case "`":
                at = expansion_end(text, at, end)
            case "$" if text[at + 1 : at + 2] in {"(", "{"}:
                at = expansion_end(text, at, end)
            case _:
                found = _PLAIN_QUOTED.match(text, at, end)
                at = found.end() if found else at + 1
    return end


def _ansi_end(text: str, at: int, end: int) -> int:
    while at < end and text[at] != "'":
        at += 2 if text[at] == "\\" else 1
    return min(at, end)


def _ansi(text: str, at: int, end: int) -> Iterator[Part]:
    if at >= end:
        yield Part(PartKind.LITERAL, "", at - 2, min(end + 1, len(text)), quoted=True)
    while at < end:
        stop = text.find("\\", at, end)
        stop = end if stop < 0 else stop
        if stop > at:
            yield Part(PartKind.LITERAL, text[at:stop], at, stop, quoted=True)
        if stop < end:
            letter = text[stop + 1 : stop + 2]
            yield Part(PartKind.LITERAL, _ANSI.get(letter, "\\" + letter), stop, min(stop + 2, end), quoted=True)
        at = stop + 2
