"""The types of moments and days, without the part of `datetime` that is written in Python and never used on CPython."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import UTC, date, datetime
else:
    try:
        from _datetime import UTC, date, datetime  # what `datetime` itself takes
    except ImportError:
        from datetime import UTC, date, datetime

__all__ = ["UTC", "date", "datetime"]
