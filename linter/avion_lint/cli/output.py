"""Writing: to standard output, of which a reader may take what it likes, and to files, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from avion_lint.cli.exit_codes import UsageError


def prepare() -> None:
    """Make the standard streams take every text: UTF-8 but on a terminal, which has an encoding of its own."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before we began
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end
        else:
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def say(text: str) -> None:
    """Write to standard output; that nobody reads on is no error. Raises UsageError where it takes nothing."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _turn_away()
    except OSError as error:
        _turn_away()
        raise UsageError(f"standard output cannot be written: {_reason(error)}") from None


def _turn_away() -> None:
    """Lead standard output to nowhere, or Python would try to write the rest once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str) -> None:
    """Say on standard error what is wrong."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"avion-lint: {text}\n")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def write_file(path: str, text: str) -> None:
    """Write a file so that it is there whole or as it was; raises UsageError where that cannot be.

    What is no regular file, such as /dev/stdout, is written to as it is. A migration is never written over.
    """
    if path.lower().endswith((".sql", ".go")):
        raise UsageError(f"{path} may be a migration, and is not written over with a report")
    target = Path(os.path.realpath(path))
    data = text.encode("utf-8", "backslashreplace")
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            _replace(target, data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {_reason(error)}") from None


def _replace(target: Path, data: bytes) -> None:
    import tempfile  # noqa: PLC0415 - it brings shutil and random, and few runs write a file

    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
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


def write_sarif(path: str, text: str) -> None:
    """Write a SARIF file; refuses names that could be a migration meant as a PATH argument."""
    if not path.lower().endswith((".sarif", ".json")):
        message = f"--sarif takes a file that ends in .sarif or .json, not {path}; paths to judge come before it"
        raise UsageError(message)
    write_file(path, text)
