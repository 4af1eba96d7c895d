"""Numbers that look random and are the same on every machine and with every Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1


class Chance:
    """A stream of numbers that its seed alone decides (SplitMix64; Python's own `random` promises no such thing)."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def below(self, limit: int) -> int:
        """A number from 0 up to, but not, `limit`."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return (mixed ^ (mixed >> 31)) % limit

    def one(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def late(self, choices: Sequence[T]) -> T:
        """One of the choices, the last ones more often: people work on what they made not long ago."""
        back = min(self.below(len(choices)), self.below(len(choices)), self.below(len(choices)))
        return choices[len(choices) - 1 - back]

    def percent(self, share: int) -> bool:
        """True in `share` of a hundred cases."""
        return self.below(100) < share

    def weighted(self, choices: Sequence[tuple[int, T]]) -> T:
        """One of the choices, each as often as its weight says."""
        at = self.below(sum(weight for weight, _ in choices))
        for weight, choice in choices:
            if at < weight:
                return choice
            at -= weight
        raise AssertionError
