"""Finds what holds at an offset of a text, where many stretches may be, without asking each of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate

from avion_lint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Each = TypeVar("Each")


def finder(stretches: Iterable[tuple[Span | None, Each]]) -> Callable[[int], list[Each]]:
    """What gives all whose stretch an offset is in, in the order given; those without a stretch hold everywhere."""
    numbered = [(number, span, each) for number, (span, each) in enumerate(stretches)]
    everywhere = [(number, each) for number, span, each in numbered if span is None]
    within = ((span.start, span.end, number, each) for number, span, each in numbered if span is not None)
    placed = sorted(within, key=lambda entry: entry[:3])
    starts = [start for start, *_ in placed]
    reach = list(accumulate((end for _, end, *_ in placed), max))

    def at(offset: int) -> list[Each]:
        found = list(everywhere)
        for index in range(bisect_right(starts, offset) - 1, -1, -1):
            if reach[index] <= offset:  # all that come before end before it
                break
            _, end, number, each = placed[index]
            if offset < end:
                found.append((number, each))
        found.sort(key=lambda entry: entry[0])
        return [each for _, each in found]

    return at
