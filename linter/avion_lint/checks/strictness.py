"""Which of two values of a parameter is the stricter one."""

from __future__ import annotations

from avion_lint.checks.keywords import quantity, seconds
from avion_lint.checks.model import Direction


def looser(value: object, than: object, direction: Direction) -> bool:
    """Whether a value is looser than another; durations and quantities by what they mean."""
    match direction:
        case Direction.TRUE:
            return than is True and value is not True
        case Direction.FALSE:
            return than is False and value is not False
    mine, other = _number(value), _number(than)
    if mine is None or other is None:
        return False
    return mine > other if direction is Direction.LOWER else mine < other


def orderable(value: object, direction: Direction) -> bool:
    """Whether that direction makes sense for such values."""
    if direction in (Direction.TRUE, Direction.FALSE):
        return isinstance(value, bool)
    return _number(value) is not None


def _number(value: object) -> float | None:
    """What a number, a duration or a quantity is worth; `5m` is five minutes."""
    found = seconds(value)
    return quantity(value) if found is None else found
