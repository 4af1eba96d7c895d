"""How work is done side by side, as the judgement sees it: who does it, and how, is not its matter."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol, TypeVar

    Part = TypeVar("Part")

    class Spread(Protocol):
        """How to have work done in parts, side by side where that pays."""

        def __call__(self, work: Callable[[int, int], Part], size: int, common: Sequence[object], /) -> list[Part]:
            """What each part comes to.

            The work is called with the number of a part and how many there are; `size` tells how much it is in all, in
            statements, and `common` are records that its answer may name and that need not be copied.
            """
