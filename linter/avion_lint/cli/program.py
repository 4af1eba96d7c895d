"""What judges: our version, and by their times whether anything of the program or of what is installed has changed."""

from __future__ import annotations

import os
import sys

from avion_lint import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGES = ("avion_lint", "avion_rules", "avion_policies")
_PARSERS = ("pglast", "sqlglot", "yaml", "jsonschema", "promql_parser", "kubernetes_validate", "check_jsonschema")
_INSTALLED = ("site-packages", "dist-packages")


def program() -> str:
    """A text that is another one where the program is.

    A folder of installed packages changes with each that comes, goes or gets another version; sources that somebody
    works on are looked at one by one.
    """
    return " ".join((__version__, *_folders(), *_files()))


def parser() -> str:
    """A text that is another one where what reads PostgreSQL's SQL is, or anything else that is installed beside it."""
    places = (os.path.join(folder, _PARSERS[0], "__init__.py") for folder in dict.fromkeys(sys.path))
    return " ".join((*_folders(), *(each for path in places for each in _time(path))))


def _folders() -> Iterator[str]:
    for folder in sys.path:
        if os.path.basename(folder) in _INSTALLED:
            yield from _time(folder)


def _files() -> Iterator[str]:
    for folder in dict.fromkeys(sys.path):
        for name in (*_PACKAGES, *_PARSERS):
            yield from _time(os.path.join(folder, name, "__init__.py"))
            if name in _PACKAGES and os.path.basename(folder) not in _INSTALLED:
                yield from _newest(os.path.join(folder, name))


def _time(path: str) -> Iterator[str]:
    try:
        status = os.stat(path)
    except OSError:
        return
    yield f"{path}:{status.st_mtime_ns}:{status.st_ino}"


def _newest(folder: str) -> Iterator[str]:
    """How many files there are below a folder, their size together and the newest time of them."""
    if not os.path.isdir(folder):
        return
    count = size = newest = 0
    pending = [folder]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        pending.append(entry.path)
                    continue
                status = entry.stat()
                count, size, newest = count + 1, size + status.st_size, max(newest, status.st_ctime_ns)
    yield f"{folder}:{count}:{size}:{newest}"
