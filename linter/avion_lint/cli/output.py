"""Writing reports to files: whole or not at all, and never over something else."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from avion_lint.cli.exit_codes import UsageError


def write_file(path: str, text: str) -> None:
    """Write a file so that it is there whole or as it was; raises UsageError where that cannot be."""
    target = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(temporary).chmod(0o644 & ~_umask())
        Path(temporary).replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise UsageError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_sarif(path: str, text: str) -> None:
    """Write a SARIF file; refuses names that could be a migration meant as a PATH argument."""
    if not path.lower().endswith((".sarif", ".json")):
        message = f"--sarif takes a file that ends in .sarif or .json, not {path}; paths to judge come before it"
        raise UsageError(message)
    write_file(path, text)
