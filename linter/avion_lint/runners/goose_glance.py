"""Which files goose sends as they stand, told without reading them line by line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from avion_lint.pattern import pattern
from avion_lint.runners.goose_annotations import Annotation, AnnotationLine, Marked
from avion_lint.runners.goose_lines import after_header, ending_semicolon, line_around
from avion_lint.runners.migration import Outline
from avion_lint.source import Span

_LETTERS = {
    Annotation.UP: "U",
    Annotation.DOWN: "D",
    Annotation.STATEMENT_BEGIN: "B",
    Annotation.STATEMENT_END: "E",
    Annotation.NO_TRANSACTION: "N",
}
_USUAL = pattern(r"(N*UN*)((?:BE)*)(?:DN*(?:BN*EN*)*)?")
_STRANGE = ("\r", "/*")  # what goose takes away, and comments that may hide where a statement ends
# Where goose may see the end of a statement: before the end of a line, or before what it may take for a comment.
_ENDING = pattern(r";[^\S\n]*(?=--|\n|\Z)")


def outline(text: str, marked: Marked) -> Outline | None:
    """The Up section, where its annotations are in order and nothing is substituted; None where that is not plain."""
    lines = marked.lines
    found = _USUAL.fullmatch("".join([_letter(line) for line in lines]))
    if found is None or marked.too_long:
        return None
    first, last = found.span(2)
    header = [Span(0, 0), *(Span(line.span.start, line.next) for line in lines[:first])]
    if any(after_header(text, one.end, other.start) < other.start for one, other in pairwise(header)):
        return None
    span = Span(lines[first - 1].next, lines[last].span.start if last < len(lines) else len(text))
    if any(text.find(strange, span.start, span.end) >= 0 for strange in _STRANGE):
        return None
    bounds = lines[first:last]
    blocks = zip(bounds[::2], bounds[1::2], strict=True)
    return Outline(span, tuple(Span(begin.next, end.span.start) for begin, end in blocks))


def _letter(line: AnnotationLine) -> str:
    return _LETTERS.get(line.annotation, "?") if line.annotation else "?"


def sends_each(text: str, seen: Outline, statements: Sequence[Span]) -> bool:
    """Whether goose ends what it sends only where statements end, and all of them are sent.

    `statements` are those of the whole stretch, up to their semicolons, as PostgreSQL's grammar sees them.
    """
    edges = [edge for block in seen.blocks for edge in (block.start, block.end)]
    places = [bisect_right(edges, statement.start) for statement in statements]
    if any(bisect_right(edges, each.end) != place for each, place in zip(statements, places, strict=True)):
        return False  # one that goose does not send whole
    last = dict(zip(places, statements, strict=True))  # the last statement of each stretch between the edges
    if len([place for place in last if place % 2]) < len(seen.blocks):
        return False  # a block without a statement swallows what follows
    if not all(place % 2 or _ends_line(text, statement.end) for place, statement in last.items()):
        return False
    ends = {statement.end for statement in statements}
    endings = (found.start() for found in _ENDING.finditer(text, seen.span.start, seen.span.end))
    return all(at in ends or bisect_right(edges, at) % 2 for at in endings)


def _ends_line(text: str, semicolon: int) -> bool:
    """Whether goose ends a statement at that semicolon."""
    start, stop, _ = line_around(text, semicolon, len(text))
    return start + ending_semicolon(text[start:stop]) == semicolon
