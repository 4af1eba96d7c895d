"""Where the block scalars of a text are, found by its lines alone: before it is known whether it is YAML."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.pattern import pattern
from avion_lint.record import record

_INDICATORS = 2  # of indentation and of chomping
_MARGIN = pattern(r" *(?:- +)*")


@record
class Block:
    """The lines of a block scalar, from `start` to `end`, and the columns in which they can stand.

    `indent` is that of its text, the least that is possible where it shows none; `first` and `last` are the offsets of
    the first line that shows any and of the end of the last one.
    """

    start: int
    end: int
    indent: int
    first: int | None = None
    last: int = -1

    def holds(self, offset: int, column: int) -> bool:
        """Whether something at an offset, in a column, can be a line of this text."""
        if not self.start <= offset < self.end:
            return False
        return column == self.indent or (column > self.indent and (self.first is None or self.first < offset))


def blocks(text: str) -> Iterator[Block]:
    """Every block scalar, in order; wrong where a quoted text looks like the head of one."""
    block: Block | None = None
    offset = 0
    for line in text.splitlines(keepends=True):
        said = line.strip()
        column = len(line) - len(line.lstrip(" "))
        if block and said and column < block.indent:
            yield block
            block = None
        if block:
            block = _with_line(block, offset, len(line), column if said else None)
        elif (outer := _outer_column(line)) is not None:
            block = Block(offset + len(line), offset + len(line), outer + 1)
        offset += len(line)
    if block:
        yield block


def _with_line(block: Block, offset: int, length: int, column: int | None) -> Block:
    end = offset + length
    if column is None:
        return Block(block.start, end, block.indent, block.first, block.last)
    if block.first is None:
        return Block(block.start, end, column, offset, end)
    return Block(block.start, end, block.indent, block.first, end)


def _outer_column(line: str) -> int | None:
    """Column right of which a block scalar's text stands that this line is the head of; None where it is none.

    That is the column of its key or, where it is an item itself, of its dash.
    """
    said = line.partition(" #")[0].rstrip()
    head = said.rstrip("-+0123456789")
    if not head.endswith(("|", ">")) or len(said) - len(head) > _INDICATORS or head[-2:-1] not in {"", " ", "\t"}:
        return None
    words = head[:-1].split()
    while words and words[-1][0] in "&!":
        words.pop()
    margin = _MARGIN.match(line)
    if margin is None or not words:
        return 0
    if words[-1] == "-":
        return margin[0].rfind("-")
    return margin.end() if words[-1].endswith(":") else None
