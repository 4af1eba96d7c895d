"""What the actions that leave no mark in the text do to the nodes around them: these become open, or unknown."""

from __future__ import annotations

from bisect import bisect_left

from avion_lint.record import field, record
from avion_lint.source import UNKNOWN, Span
from avion_lint.yaml.conditions import Conditions
from avion_lint.yaml.nodes import Node, Scalar

ANY_COLUMN = -1
"""For an action whose output may begin in any column."""


@record
class Spot:
    """An action that may write keys or items: where it stands, where its output begins, and what it can be.

    `items` says that it can be nothing but items of a list; `repeats`, that it repeats what is seen.
    """

    span: Span
    column: int
    items: bool = False
    repeats: bool = False


@record(frozen=False)
class Hidden:
    """Actions that became blanks: those that may write keys or items, and all that change the scalar around them.

    `offsets` are those of `spots`, `blanks` the other ones'; both rise. `taken` and `inside` are the spots that belong
    to a collection, and to a scalar, that is read already.
    """

    conditions: Conditions
    offsets: list[int]
    spots: list[Spot]
    blanks: list[int]
    taken: set[int] = field(default_factory=set)
    inside: set[int] = field(default_factory=set)

    def within(self, span: Span) -> bool:
        """Whether an action that became blanks stands in a scalar, where it can add to nothing else."""
        self.inside.update(self._between(span.start, span.end))
        at = bisect_left(self.blanks, span.start)
        return at < len(self.blanks) and self.blanks[at] < span.end

    def meet(self, first: Scalar, second: Scalar) -> bool:
        """Whether two keys of one name certainly stand in the mapping at once under some condition."""
        if not (first.known and second.known):
            return False
        here = {(each.span, each.negated) for each in self.conditions.at(first.span.start)}
        there = {(each.span, each.negated) for each in self.conditions.at(second.span.start)}
        return here <= there or there <= here

    def opens(self, region: Span, column: int, *, is_mapping: bool) -> bool:
        """Whether an action in the region of a collection that begins in `column` may add to it.

        Inner collections ask first and keep what is theirs alone. A list may stand in the column of the keys around
        it, so what could belong to either opens both.
        """
        found = False
        for each in self._between(region.start, region.end):
            spot = self.spots[each]
            if each in self.inside:
                continue
            if spot.column == ANY_COLUMN:
                found = True
            elif spot.column >= column and each not in self.taken and not (spot.items and is_mapping):
                found = True
                if is_mapping or spot.items or spot.column > column:
                    self.taken.add(each)
        return found

    def filled(self, children: list[Node], end: int, column: int, *, is_mapping: bool) -> list[Node]:
        """Put an unknown value where nothing is seen but an action stands; `end` is where the collection ends."""
        step = 2 if is_mapping else 1
        made: list[Node] | None = None
        for at in range(step - 1, len(children), step):
            value = children[at]
            if isinstance(value, Scalar) and not value.text and not value.quoted:
                until = children[at + 1].span.start if at + 1 < len(children) else end
                spot = self._fills(value.span.end, until, column)
                if spot:
                    made = made or list(children)
                    made[at] = Scalar(spot.span, UNKNOWN * (spot.span.end - spot.span.start), is_open=True)
        return made or children

    def _fills(self, start: int, end: int, column: int) -> Spot | None:
        """The first action that may write the value that is not seen between two offsets."""
        found: Spot | None = None
        for each in self._between(start, end):
            spot = self.spots[each]
            if each in self.inside or spot.repeats or ANY_COLUMN < spot.column < column:
                continue
            found = found or spot
            if spot.column > column:
                self.taken.add(each)
        return found

    def _between(self, start: int, end: int) -> range:
        return range(bisect_left(self.offsets, start), bisect_left(self.offsets, end))
