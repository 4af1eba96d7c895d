"""Exit codes of the command line; a report format never changes them."""

from __future__ import annotations

from avion_lint.enumeration import IntEnum


class Exit(IntEnum):
    """What the process ends with."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    UNCHECKED = 3
    FAILED = 4
    INTERRUPTED = 130


# Rules that tell of what was not checked: where nothing else is wrong, the code is UNCHECKED and not FINDINGS.
NOT_CHECKED = frozenset({"AV102", "AV104"})


class UsageError(Exception):
    """The command line asks for something that cannot be; the text says what and how to put it right."""
