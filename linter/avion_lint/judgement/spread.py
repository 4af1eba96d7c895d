"""How work is done side by side, as the judgement sees it: who does it, and how, is not its matter."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol, TypeVar

    Answer = TypeVar("Answer")
    Part = TypeVar("Part")

    class Spread(Protocol):
        """How to have work done in parts, side by side where that pays."""

        def __call__(self, work: Callable[[int, int], Part], size: int, common: Sequence[object], /) -> list[Part]:
            """What each part comes to.

            The work is called with the number of a part and how many there are; `size` tells how much it is in all, in
            statements, and `common` are records that its answer may name and that need not be copied.
            """

        def aside(self, work: Callable[[], Any], common: Sequence[object]) -> Callable[[], Any]:
            """Start work that is done beside what comes next; returns what gives the answer, and waits for it.

            `common` is as above.
            """

        def end(self) -> None:
            """Stop what was started and whose answer nobody has asked for."""
