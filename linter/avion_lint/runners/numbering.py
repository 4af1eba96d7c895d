"""How versions are counted: which are numbers in sequence, which are moments in time, and what comes next."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.runners.migration import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

_LAST_NUMBER = pattern(r"\d+(?=\D*$)")
_SECONDS = pattern(r"[0-9]{14}")
_TIMESTAMP = 100_000
_YEAR = 1900
_STAMP = "%Y%m%d%H%M%S"
# Digits in a version that is one number, and what a moment looks like in so many. Seconds since 1970 have ten.
_MOMENTS = {8: "%Y%m%d", 10: "%Y%m%d00", 12: "%Y%m%d%H%M", 14: _STAMP, 17: "%Y%m%d%H%M%S000"}
_UNIX_DIGITS = 10


def is_sequential(version: Version) -> bool:
    """Whether a version is a number in a sequence; a moment in time (20240131120000, 2024.01) is none.

    goose writes five digits; whole numbers of six digits and more are dates in one form or another.
    """
    first, *rest = version.parts
    return first < (_YEAR if rest else _TIMESTAMP)


def following(text: str) -> str:
    """Spell the next number like this one: `00007` → `00008`, `1.9` → `1.10`."""
    return _LAST_NUMBER.sub(lambda last: str(int(last[0]) + 1).zfill(len(last[0])), text)


def a_step_after(text: str) -> str:
    """The version after a version: a second later for a moment, one more in the last number otherwise."""
    if _SECONDS.fullmatch(text):
        from datetime import datetime, timedelta  # noqa: PLC0415 - only where a new version is made

        try:
            return (datetime.strptime(text, _STAMP) + timedelta(seconds=1)).strftime(_STAMP)  # noqa: DTZ007 - no zone
        except ValueError:
            pass  # fourteen digits that are no moment are counted on
    return following(text)


def now_like(text: str, now: datetime) -> str:
    """The moment `now` (UTC) in the form of a version; "" where that version is no moment."""
    if not text.isascii() or not text.isdigit():
        return ""
    if len(text) == _UNIX_DIGITS and not _is_date(text[:8]):
        return str(int(now.timestamp())) if text.startswith("1") else ""
    form = _MOMENTS.get(len(text))
    return now.strftime(form) if form and _is_date(text[:8]) else ""


def _is_date(text: str) -> bool:
    from datetime import datetime  # noqa: PLC0415 - only where a new version is made

    try:
        return datetime.strptime(text, "%Y%m%d").year >= _YEAR  # noqa: DTZ007 - no zone in a version
    except ValueError:
        return False


def next_after(last: str, now: datetime) -> str:
    """The version of a new migration behind the last one: `now` (UTC) where those are moments, else the next number.

    A moment that is not behind the last one is not taken: then it is the one right after it.
    """
    moment = now_like(last, now)
    return moment if moment and int(moment) > int(last) else a_step_after(last)


def spelling(name: str, version: Version) -> tuple[int, int] | None:
    """Where a version stands in a file's name, dots written as underscores among it; None where it does not."""
    import re  # noqa: PLC0415 - only for files that get another name

    parts = map(re.escape, re.split("[._]", version.text))
    found = re.search("[._]".join(parts), name)
    return found.span() if found else None


def with_version(name: str, version: Version, new: str) -> str | None:
    """The name of a file with another version, with underscores where it has some; None where it cannot be told."""
    span = spelling(name, version)
    if span is None:
        return None
    written = new.replace(".", "_") if "_" in name[slice(*span)] else new
    return f"{name[: span[0]]}{written}{name[span[1] :]}"
