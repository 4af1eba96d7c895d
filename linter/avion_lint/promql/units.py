"""Durations as Prometheus writes them."""

from __future__ import annotations

from avion_lint.pattern import pattern

_PART = pattern(r"([0-9]+(?:\.[0-9]+)?)(ms|[smhdwy])")
_WHOLE = pattern(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|[smhdwy]))+")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_LARGEST = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def seconds(text: str) -> float | None:
    """Seconds of a duration (`1h30m`) or a bare number; None where it is neither."""
    if text.isascii() and text.isdigit():
        return float(text)
    if not _WHOLE.fullmatch(text):
        return None
    return sum(float(count) * _SECONDS[unit] for count, unit in _PART.findall(text))


def told(amount: float) -> str:
    """A number of seconds for people: in the largest unit that divides it, or else in seconds."""
    for size, unit in _LARGEST:
        if amount >= size and amount % size == 0:
            return f"{amount / size:g} {unit}"
    return f"{amount:g} s"
