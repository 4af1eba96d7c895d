"""Which of two values of a parameter is the stricter one."""

from __future__ import annotations

from avion_lint.checks.keywords import quantity, seconds
from avion_lint.checks.model import Direction
from avion_lint.rule import Rule


def looser(value: object, than: object, direction: Direction) -> bool:
    """Whether a value is looser than another; durations and quantities by what they mean."""
    match direction:
        case Direction.TRUE:
            return than is True and value is not True
        case Direction.FALSE:
            return than is False and value is not False
        case Direction.MORE:
            return not _words(than) <= _words(value)
        case Direction.FEWER:
            return not _words(value) <= _words(than)
    mine, other = _number(value), _number(than)
    return mine is not None and other is not None and _is_looser(mine, other, direction)


def _is_looser(mine: float, other: float, direction: Direction) -> bool:
    if direction is Direction.LIMIT and 0 in (mine, other):  # 0 is no limit
        return bool(other)
    return mine < other if direction is Direction.HIGHER else mine > other


def orderable(value: object, direction: Direction) -> bool:
    """Whether that direction makes sense for such values."""
    if direction in (Direction.TRUE, Direction.FALSE):
        return isinstance(value, bool)
    if direction in (Direction.MORE, Direction.FEWER):
        return isinstance(value, (list, tuple))
    return _number(value) is not None


def _words(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, (list, tuple)) else frozenset()


def of_rule(rule: Rule) -> dict[str, Direction]:
    """Which values of a rule's options are stricter, by the options' names, as its options class says."""
    said = getattr(rule.options_class, "STRICTER", ()) if rule.options else ()
    return {name: Direction(word) for name, word in said}


def _number(value: object) -> float | None:
    """What a number, a duration or a quantity is worth; `5m` is five minutes."""
    found = seconds(value)
    return quantity(value) if found is None else found
