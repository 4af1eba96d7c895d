"""Makes YAML of a Go or Helm template, as long and with the same lines: actions become blanks or unknown characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.source import UNKNOWN
from avion_lint.yaml.actions import OUTPUT, Action
from avion_lint.yaml.blocks import Block, blocks
from avion_lint.yaml.conditions import Conditions
from avion_lint.yaml.hidden import ANY_COLUMN, Hidden, Spot

Shape = Literal["blank", "note", "filler"]
"""What an action becomes: blanks; a comment, where blanks would lengthen the block scalar before it; UNKNOWN."""

_VISIBLE = pattern(r"[^\r\n]")
_VALUE_BEGINS = pattern(r"[ \t]*(?:- +)*(?P<key>[^\s#'\"\[{][^#'\"\[{]*:[ \t]+)?")
_BELOW = pattern(r"[ \t\r]*\n(?:[ \t\r]*\n)*(?P<margin>[ ]*)(?:-\s|[^\s#'\"]+:(?:\s|$))", 8)
_TAIL = 200  # how far the end of an action's line is looked for
_NINDENT = pattern(r".*\|\s*nindent\s+\(?(?:int\s+)?(\d+)\)?\s*", 16)
_INDENT = pattern(r".*\|\s*indent\s+(\d+)\s*", 16)
_NEXT_LINE = pattern(r"[^\n]*\n(?:[ \t\r]*\n)*([ \t]*)(-(?=\s))?")


@record
class Masked:
    """A template's actions with the shape that each is given."""

    actions: tuple[Action, ...]
    shapes: tuple[Shape, ...]

    def text(self, source: str) -> str:
        """The template's text with its actions replaced."""
        pieces, at = [], 0
        for action, shape in zip(self.actions, self.shapes, strict=True):
            pieces.append(source[at : action.span.start])
            pieces.append(_replaced(source[action.span.start : action.span.end], shape))
            at = action.span.end
        return "".join((*pieces, source[at:]))

    def nearest(self, offset: int, tried: Iterable[int]) -> int | None:
        """The last action that begins at or before an offset and was not tried."""
        done = frozenset(tried)
        before = (at for at in range(len(self.actions) - 1, -1, -1) if self.actions[at].span.start <= offset)
        return next((at for at in before if at not in done), None)

    def toggled(self, at: int) -> Masked:
        """The same with one action's shape changed."""
        other: Shape = "blank" if self.shapes[at] == "filler" else "filler"
        return Masked(self.actions, (*self.shapes[:at], other, *self.shapes[at + 1 :]))


def mask(source: str, actions: tuple[Action, ...]) -> Masked:
    """Give each action a shape by what stands beside it on its lines."""
    masked = Masked(actions, tuple(shape for run in _runs(source, actions) for shape in _shapes(source, run)))
    text = masked.text(source)
    roomy = _with_room_below(masked, text)
    return _with_lines_of_blocks(roomy, text if roomy == masked else roomy.text(source))


def _with_room_below(masked: Masked, text: str) -> Masked:
    """Make blanks of a key's value where more of the same value stands, further right, on the lines below."""
    shapes = list(masked.shapes)
    for at, action in enumerate(masked.actions):
        if shapes[at] == "filler" and "\n" in text[action.span.end : action.span.end + _TAIL]:
            line = text.rfind("\n", 0, action.span.start) + 1
            before = _VALUE_BEGINS.fullmatch(text, line, action.span.start)
            below = _BELOW.match(text, action.span.end)
            if before and before["key"] and below and len(below["margin"]) > before.start("key") - line:
                shapes[at] = "blank"
    return Masked(masked.actions, tuple(shapes))


def _with_lines_of_blocks(masked: Masked, text: str) -> Masked:
    """Let what an action writes into a block scalar stand in it, and what comes after it not."""
    shapes = list(masked.shapes)
    at = 0
    for block in blocks(text):
        while at < len(shapes) and masked.actions[at].span.start < block.start:
            at += 1
        first = at
        while at < len(shapes) and masked.actions[at].span.start < block.end:
            if shapes[at] == "blank":
                shapes[at] = _in_block(masked.actions[at], block, text)
            at += 1
        last = max((n for n in range(first, at) if shapes[n] == "filler"), default=first)
        shapes[first:last] = ["blank" if shape == "note" else shape for shape in shapes[first:last]]
    return Masked(masked.actions, tuple(shapes))


def _in_block(action: Action, block: Block, text: str) -> Shape:
    start = action.span.start
    line = text.rfind("\n", 0, start) + 1
    if action.kind in OUTPUT and block.holds(start, start - line):
        return "filler"
    ends = start >= block.last and start - line < block.indent and not text[line:start].strip()
    return "note" if ends else "blank"


def _replaced(text: str, shape: Shape) -> str:
    if shape == "note":
        return "#" + _replaced(text[1:], "blank")
    if shape == "blank":
        return _VISIBLE.sub(" ", text) if "\n" in text else " " * len(text)
    first, newline, rest = text.partition("\n")
    return UNKNOWN * len(first.rstrip("\r")) + first[len(first.rstrip("\r")) :] + newline + _VISIBLE.sub(" ", rest)


def _runs(source: str, actions: Sequence[Action]) -> Iterator[list[Action]]:
    """Actions that share lines, together."""
    run: list[Action] = []
    for action in actions:
        if run and "\n" in source[run[-1].span.end : action.span.start]:
            yield run
            run = []
        run.append(action)
    if run:
        yield run


def _shapes(source: str, run: list[Action]) -> Iterator[Shape]:
    start = source.rfind("\n", 0, run[0].span.start) + 1
    end = source.find("\n", run[-1].span.end)
    end = len(source) if end < 0 else end
    edges = [start, *(offset for action in run for offset in (action.span.start, action.span.end)), end]
    gaps = [source[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    only = not any(gap.strip(" \t\r\ufeff") for gap in gaps[:-1]) and gaps[-1].strip(" \t\r")[:1] in {"", "#"}
    for at, action in enumerate(run):
        if only:
            yield "blank"
        elif action.kind in OUTPUT:
            yield "filler"
        else:
            yield _control(action, gaps, at)


def _control(action: Action, gaps: list[str], at: int) -> Shape:
    """Blanks where a value begins and at the end of the line; unknown in the midst of a value, or if it repeats it."""
    if not any(gap.strip() for gap in gaps[at + 1 :]):
        return "blank"
    if _between_parts(before := "".join(gaps[: at + 1])):
        return "blank"
    begins = _VALUE_BEGINS.fullmatch(before)
    return "blank" if begins and not (begins["key"] and action.kind == "range") else "filler"


def _between_parts(before: str) -> bool:
    """Whether a flow collection may go on after this: behind a comma, a bracket or a quoted text."""
    return before.rstrip()[-1:] in {*",[{'\""} and not (before.count("'") % 2 or before.count('"') % 2)


def hidden(masked: Masked, text: str, conditions: Conditions) -> Hidden:
    """Gather the actions that became blanks, for the nodes around them; `text` is the masked one."""
    offsets, spots, blanks = [], [], []
    for action, shape in zip(masked.actions, masked.shapes, strict=True):
        if shape == "blank":
            blanks.append(action.span.start)
        spot = _spot(action, text) if shape != "filler" else None
        if spot is not None:
            offsets.append(action.span.start)
            spots.append(spot)
    return Hidden(conditions, offsets, spots, blanks)


def _spot(action: Action, text: str) -> Spot | None:
    if action.kind == "range":
        found = _NEXT_LINE.match(text, action.span.end)
        return Spot(action.span, len(found[1]), items=bool(found[2]), repeats=True) if found else None
    if action.kind not in {*OUTPUT, "block"} or action.text.startswith("fail "):
        return None
    if found := _NINDENT.fullmatch(action.text):
        return Spot(action.span, int(found[1]))
    column = action.span.start - text.rfind("\n", 0, action.span.start) - 1
    if found := _INDENT.fullmatch(action.text):
        return Spot(action.span, column + int(found[1]))
    # At the margin stands what brings its own indentation.
    return Spot(action.span, column or ANY_COLUMN)
