"""Names that PostgreSQL chooses where a statement gives none."""

from __future__ import annotations

from collections.abc import Iterable


def free_name(base: str, taken: Iterable[str]) -> str:
    """Append the first number to a name that makes it one that is not taken; none where it is free."""
    names = set(taken)
    number = 0
    while (candidate := base + (str(number) if number else "")) in names:
        number += 1
    return candidate
