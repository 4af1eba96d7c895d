"""Numbers of bytes, rows and seconds as people write and read them."""

from __future__ import annotations

import re

_UNITS = {"": 1, "B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_SIZE = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,6}))? ?([kKMGT]?B)?", re.ASCII)

_SCALE = ((10**9, "billion"), (10**6, "million"))
_TIMES = ((1, "second"), (60, "minute"), (3600, "hour"), (86400, "day"))


def bytes_of(text: str | int) -> int | None:
    """Bytes of `12 GB`, `500 kB`, `8192`, in PostgreSQL's units (powers of 1024); None for anything else."""
    found = _SIZE.fullmatch(str(text).strip())
    if found is None:
        return None
    whole, part, unit = found[1], found[2] or "", (found[3] or "").upper()
    number = int(f"{whole}{part}") * _UNITS[unit]
    return number // int(10 ** len(part))


def size_words(count: int) -> str:
    """Bytes in the largest unit that gives a number of one or more, as in `12 GB`."""
    for unit in ("TB", "GB", "MB", "kB"):
        if count >= _UNITS[unit.upper()]:
            return f"{_short(count / _UNITS[unit.upper()])} {unit}"
    return f"{count} bytes"


def rows_words(count: int) -> str:
    """A number of rows, as in `41 million rows`."""
    for scale, word in _SCALE:
        if count >= scale:
            return f"{_short(count / scale)} {word} rows"
    return "1 row" if count == 1 else f"{count:,} rows"


def _short(number: float) -> str:
    """Two digits that count, and no `.0`."""
    return f"{number:.0f}" if number >= 9.95 else f"{number:.1f}".removesuffix(".0")  # noqa: PLR2004 - 10 when rounded


def range_words(low: float, high: float) -> str:
    """A range of seconds in round numbers, as in `2 to 20 minutes`, `30 seconds to 4 minutes`, `less than a second`."""
    if high < 1:
        return "less than a second"
    (first, one), (last, other) = _time(low, up=False), _time(high, up=True)
    if not first:
        return f"up to {_counted(last, other)}"
    if one == other:
        return f"about {first} to {_counted(last, other)}" if first != last else f"about {_counted(last, other)}"
    return f"about {_counted(first, one)} to {_counted(last, other)}"


def _time(seconds: float, *, up: bool) -> tuple[int, str]:
    """A time in the largest unit of which it has two, rounded to one digit that counts, away from the middle."""
    size, word = next((each for each in reversed(_TIMES) if seconds >= 2 * each[0]), _TIMES[0])
    return _rounded(seconds / size, up=up), word


def _rounded(number: float, *, up: bool) -> int:
    step = 10 ** max(len(str(int(number))) - 1, 0) if number >= 10 else 1  # noqa: PLR2004 - two digits
    step = max(step // 2, 1)
    whole = int(number // step)
    return (whole + 1 if up and number > whole * step else whole) * step


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
