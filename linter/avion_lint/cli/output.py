"""Writing to standard output, of which a reader may take what it likes, and to standard error."""

from __future__ import annotations

import os
import sys

from avion_lint.cli.exit_codes import UsageError


def prepare() -> None:
    """Make the standard streams take every text: UTF-8 but on a terminal, which has an encoding of its own."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before we began
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - open to the end
        else:
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


_AT_ONCE = 1 << 20  # characters


def say(text: str | bytes) -> None:
    """Write to standard output; that nobody reads on is no error. Raises UsageError where it takes nothing.

    Bytes are those of a text in UTF-8.
    """
    try:
        if isinstance(text, bytes) and sys.stdout.encoding == "utf-8":
            sys.stdout.flush()
            sys.stdout.buffer.write(text)
            text = ""
        text = text.decode() if isinstance(text, bytes) else text
        for start in range(0, len(text), _AT_ONCE):  # each part is encoded, which takes as much room again
            sys.stdout.write(text[start : start + _AT_ONCE])
        sys.stdout.flush()
    except BrokenPipeError:
        _turn_away()
    except OSError as error:
        _turn_away()
        raise UsageError(f"standard output cannot be written: {reason(error)}") from None


def _turn_away() -> None:
    """Lead standard output to nowhere, or Python would try to write the rest once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str) -> None:
    """Say on standard error what is wrong."""
    try:
        sys.stderr.write(f"avion-lint: {text}\n")
    except OSError:
        return  # nobody is there to hear it


def reason(error: OSError) -> str:
    """The system's words for an error, as part of a sentence."""
    return (error.strerror or str(error)).lower()
