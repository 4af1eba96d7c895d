"""Writes mended migrations: all of them or none, each whole, and only files of the work tree itself."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from avion_lint.record import record


class RewriteError(Exception):
    """A file cannot be written; the text says which and why. Nothing has been changed."""


@record
class _Ready:
    """A file that is written beside the one whose place it takes; `before` are that one's bytes, None for a new one."""

    target: Path
    temporary: Path
    before: bytes | None


def rewrite(root: Path, texts: Mapping[str, str], originals: Mapping[str, str]) -> None:
    """Write texts by path from the root; `originals` are those of the files that are there.

    A file that is not as it was read, a link, and a new file that is there already are refused, and so is what lies
    outside of the root. Raises RewriteError.
    """
    ready: list[_Ready] = []
    done: list[_Ready] = []
    try:
        for path in sorted(texts, key=lambda path: (path in originals, path)):
            file = _prepare(root, path, texts[path], originals.get(path))
            ready.append(file)
        for file in ready:
            _put(file)
            done.append(file)
    except (OSError, RewriteError) as error:
        _take_back(done)
        raise _told(error) from None
    finally:
        for file in ready:
            file.temporary.unlink(missing_ok=True)


def _prepare(root: Path, path: str, text: str, original: str | None) -> _Ready:
    target = _target(root, path)
    before = original.encode() if original is not None else None
    mode = 0o644 & ~_umask()
    if before is not None:
        if not target.is_file() or target.read_bytes() != before:
            raise RewriteError(f"{path} has changed since it was read; nothing was written: run it again")
        mode = target.stat().st_mode & 0o7777
    elif os.path.lexists(target):
        raise RewriteError(f"{path} is there already, and is not written over; nothing was written")
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())
    Path(temporary).chmod(mode)
    return _Ready(target, Path(temporary), before)


def _target(root: Path, path: str) -> Path:
    """The file's place; links on the way to it are refused, wherever they lead."""
    parts = Path(path).parts
    if Path(path).is_absolute() or ".." in parts or not parts:
        raise RewriteError(f"{path} lies outside of the work tree; nothing was written")
    at = root
    for part in parts:
        at = at / part
        if at.is_symlink():
            shown = at.relative_to(root).as_posix()
            raise RewriteError(f"{path}: {shown} is a link, and nothing is written through links; nothing was written")
    return at


def _put(file: _Ready) -> None:
    if file.before is None:
        os.link(file.temporary, file.target)  # fails where something is there by now
    else:
        file.temporary.replace(file.target)


def _take_back(done: list[_Ready]) -> None:
    """Make undone what was written before something failed."""
    for file in reversed(done):
        with contextlib.suppress(OSError):
            if file.before is None:
                file.target.unlink()
            else:
                file.target.write_bytes(file.before)


def _told(error: OSError | RewriteError) -> RewriteError:
    if isinstance(error, RewriteError):
        return error
    reason = (error.strerror or str(error)).lower()
    return RewriteError(f"{error.filename or 'a file'} cannot be written: {reason}; nothing was changed")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
