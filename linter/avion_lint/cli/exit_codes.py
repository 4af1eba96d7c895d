"""Exit codes of the command line; a report format never changes them."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the process ends with."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    UNCHECKED = 3
    INTERRUPTED = 130


class UsageError(Exception):
    """The command line asks for something that cannot be; the text says what and how to put it right."""
