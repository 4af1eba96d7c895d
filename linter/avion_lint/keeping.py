"""Writes what is made of our sources into a file beside what Python compiles of them, where it may write that."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def keep(path: str, data: Callable[[], bytes]) -> None:
    """Write a file whole or not at all, in place of an older one; where that must not be, all stays as it is."""
    if sys.dont_write_bytecode:
        return
    unfinished = f"{path}.{os.getpid()}"
    try:
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except OSError:
        return
    try:
        with open(file, "wb") as out:
            out.write(data())
        os.replace(unfinished, path)
    except OSError:
        os.unlink(unfinished)
