"""Writing files, each whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.output import reason


def write_file(path: str, text: str | bytes) -> None:
    """Write a file so that it is there whole or as it was; raises UsageError where that cannot be.

    What is no regular file, such as /dev/stdout, is written to as it is. A migration is never written over.
    """
    if path.lower().endswith((".sql", ".go")):
        raise UsageError(f"{path} may be a migration, and is not written over with a report")
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                file.writelines(_encoded(text))
        else:
            _replace(target, text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {reason(error)}") from None


_AT_ONCE = 1 << 20  # characters: each part is encoded, which takes as much room again


def _encoded(text: str | bytes) -> Iterator[bytes]:
    if isinstance(text, bytes):
        yield text
        return
    for start in range(0, len(text), _AT_ONCE):
        yield text[start : start + _AT_ONCE].encode("utf-8", "backslashreplace")


def _replace(target: Path, text: str | bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(_encoded(text))
        Path(temporary).chmod(0o644 & ~_umask())
        Path(temporary).replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_sarif(path: str, report: bytes) -> None:
    """Write a SARIF file; refuses names that could be a migration meant as a PATH argument."""
    if not path.lower().endswith((".sarif", ".json")):
        message = f"--sarif takes a file that ends in .sarif or .json, not {path}; paths to judge come before it"
        raise UsageError(message)
    write_file(path, report)
