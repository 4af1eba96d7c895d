"""Which references there are, read from the files in which git keeps them (gitrepository-layout, git-pack-refs)."""

from __future__ import annotations

import os

from avion_lint.git.values import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_OTHERWISE = "reftable"  # the folder of a repository that keeps them in another way


def references_in_files(repository: Repository) -> Callable[[str], bool] | None:
    """Tell of a full name whether there is such a reference; None where only git can tell.

    It spares a process. Names that cannot be branches of people must not be asked for: they may lie elsewhere.
    """
    return references_in(repository.git_dir)


def references_in(git_dir: str) -> Callable[[str], bool] | None:
    """The same for git's own folder."""
    try:
        folder = common_folder(git_dir)
        if os.path.lexists(os.path.join(folder, _OTHERWISE)):
            return None
        packed = _packed(folder)
    except (OSError, ValueError):
        return None
    return lambda name: name in packed or os.path.isfile(os.path.join(folder, name))


def common_folder(git_dir: str) -> str:
    """Git's folder that all work trees of a repository share; raises OSError, ValueError."""
    path = os.path.join(git_dir, "commondir")
    if not os.path.lexists(path):
        return git_dir
    with open(path, encoding="utf-8") as file:
        return os.path.join(git_dir, file.read().rstrip("\n"))


def _packed(folder: str) -> frozenset[str]:
    """Names in packed-refs: lines of an object id, a blank and the name, some comments and ids of tagged objects."""
    path = os.path.join(folder, "packed-refs")
    if not os.path.lexists(path):
        return frozenset()
    with open(path, encoding="utf-8") as file:
        return frozenset(line.rstrip("\n").partition(" ")[2] for line in file if line[:1] not in "#^")
