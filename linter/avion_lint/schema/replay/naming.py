"""Names that PostgreSQL chooses where a statement gives none."""

from __future__ import annotations

from collections.abc import Callable


def free_name(base: str, is_taken: Callable[[str], bool]) -> str:
    """Append the first number to a name that makes it one that is not taken; none where it is free."""
    number = 0
    while is_taken(candidate := base + (str(number) if number else "")):
        number += 1
    return candidate
