"""What around the SQL could not be read."""

from __future__ import annotations

from avion_lint.record import record


@record
class Unread:
    """A place that could not be read, why, and how to mend it."""

    path: str
    line: int | None
    why: str
    mend: str = ""
