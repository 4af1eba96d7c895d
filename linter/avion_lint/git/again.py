"""Asks a repository again what an earlier run asked of it, to see whether its answers are still the same."""

from __future__ import annotations

import os

from avion_lint.git.errors import GitError
from avion_lint.git.process import digest
from avion_lint.git.references import common_folder
from avion_lint.git.values import Asked, Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def answered(repository: Repository, earlier: Asked, environment: Mapping[str, str]) -> Asked | None:
    """An earlier question with its answer of now; None where nobody knows how to ask it again."""
    before = len(repository.asked)
    try:
        _ask(repository, earlier, environment)
    except GitError:  # that there is no base is an answer as well, and noted; what is not noted is none
        return _noted(repository, before, earlier)
    return _noted(repository, before, earlier)


def _noted(repository: Repository, before: int, earlier: Asked) -> Asked | None:
    found = (each for each in repository.asked[before:] if (each.name, each.about) == (earlier.name, earlier.about))
    return next(found, None) if earlier.name else None


def _ask(repository: Repository, earlier: Asked, environment: Mapping[str, str]) -> None:
    """Have the function ask that noted the question, which guards what is handed to git; it notes its own answer."""
    from avion_lint.git import worktree  # noqa: PLC0415 - with those below, each for those who asked it

    match earlier.name, earlier.about:
        case "listing", ():
            repository.listing.append(worktree.listed(repository))
        case "base", (*requested,):
            from avion_lint.git.base import resolve_base  # noqa: PLC0415 - as above

            resolve_base(repository, requested[0] if requested else None, environment)
        case "index", ():
            from avion_lint.git.objects import index  # noqa: PLC0415 - as above

            index(repository)
        case "modes", ():
            worktree.trusts_modes(repository)
        case "converted", paths:
            worktree.converted(repository, paths)
        case "tags", ():
            from avion_lint.git.tags import tags  # noqa: PLC0415 - as above

            tags(repository)
        case "grep", (commit, words, left_out):
            from avion_lint.git.grep import grep  # noqa: PLC0415 - as above

            grep(repository, commit, words.split("\0"), left_out.split("\0"))


_ELSEWHERE = ("GIT_REPLACE_REF_BASE", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE")
_OTHERWISE = "reftable"  # the folder of a repository that keeps references in another way


def bounds(repository: Repository, environment: Mapping[str, str]) -> str | None:
    """What tells how much of its history the repository shows, as a digest; None where it shows another than it has.

    The same object ids mean the same history only where no commit is replaced (git-replace, grafts) and a shallow clone
    ends where it did.
    """
    if any(name in environment for name in _ELSEWHERE):
        return None
    try:
        folder = common_folder(repository.git_dir)
        if any(os.path.lexists(os.path.join(folder, name)) for name in ("info/grafts", "refs/replace", _OTHERWISE)):
            return None
        if b" refs/replace/" in _content(os.path.join(folder, "packed-refs")):
            return None
        return digest(_content(os.path.join(folder, "shallow")))
    except (OSError, ValueError):
        return None


def _content(path: str) -> bytes:
    if not os.path.lexists(path):
        return b""
    with open(path, "rb") as file:
        return file.read()
