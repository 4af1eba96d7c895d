"""What around the SQL could not be read."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.source import Place


@record
class Unread:
    """Something that could not be read, why, and how to mend it.

    `place` is where in a file that was read as text, None where the whole file is meant, or where it is not the file's
    fault.
    """

    path: str
    why: str
    mend: str = ""
    place: Place | None = None
