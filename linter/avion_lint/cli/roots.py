"""The folder that paths are told from, and paths as seen from a folder."""

from __future__ import annotations

import os

from avion_lint.cli.exit_codes import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = "avion-lint.yaml"


def root_of(path: str | os.PathLike[str]) -> str:
    """The folder that paths are told from, as an absolute path.

    It is the repository that the path lies in (or the work tree that git's environment names); without one, the folder
    above it that has the settings; else the folder that the command was started in where the path is below it, and the
    path's own folder where it is not. Raises UsageError where the folder that it was started in is gone.
    """
    try:
        start = folder_above(os.fspath(path))
    except FileNotFoundError:
        raise UsageError("the folder that this was started in is not there any more") from None
    given = os.environ.get("GIT_WORK_TREE")
    if given and below(os.path.realpath(given), start) is not None:
        return os.path.realpath(given)
    for mark in (".git", SETTINGS):
        for folder in _upwards(start):
            if os.path.exists(os.path.join(folder, mark)):
                return folder
    here = os.path.realpath(".")
    return here if below(here, start) is not None else start


def folder_above(path: str) -> str:
    """The folder that a path is or lies in; a link to a file lies where the link is."""
    return os.path.realpath(path if os.path.isdir(path) else os.path.dirname(path.rstrip("/")) or ".")


def _upwards(folder: str) -> Iterator[str]:
    """A folder and all that it lies in, the nearest first."""
    while True:
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def below(root: str, path: str) -> str | None:
    """An absolute path as seen from a folder, "" for the folder itself; None for one outside."""
    if path == root:
        return ""
    start = root if root.endswith(os.sep) else root + os.sep
    return path.removeprefix(start).replace(os.sep, "/") if path.startswith(start) else None
