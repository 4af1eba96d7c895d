"""Tells by what the system says of a file whether it is as it was when it was read, without reading it again."""

from __future__ import annotations

import os
import time

ABSENT = "-"
_SETTLED = 2_000_000_000  # nanoseconds; file systems keep times of up to two seconds (FAT), and clocks are not one


def stamp(status: os.stat_result, now: int | None = None) -> str:
    """The stamp of a file that is read at `now` (nanoseconds since 1970, else this moment), or "" for none.

    Who writes into a file, changes its mode or puts another in its place changes the time of its last change, which
    nobody can set, or its number. A file that was changed a moment ago has no stamp: it could be changed once more
    within what the file system takes for the same moment.
    """
    changed = max(status.st_ctime_ns, status.st_mtime_ns)
    if changed > (time.time_ns() if now is None else now) - _SETTLED:
        return ""
    return f"{status.st_ino}:{status.st_size}:{status.st_mode}:{status.st_mtime_ns}:{status.st_ctime_ns}"


def stamp_of(path: str, now: int) -> str:
    """The stamp of what lies at a path, a link by itself; ABSENT where nothing does."""
    try:
        return stamp(os.lstat(path), now)
    except OSError:
        return ABSENT
