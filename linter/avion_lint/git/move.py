"""Gives files other names, in the work tree and, where git tracks them, in the index: all of them or none."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from avion_lint.git.errors import GitError, Trouble
from avion_lint.git.process import ask
from avion_lint.git.values import Repository

Move = tuple[str, str]
"""Paths from the repository's root: from where, to where."""


def move(repository: Repository, moves: Sequence[Move], tracked: Collection[str]) -> None:
    """Do the moves in this order; what stands at a target is never written over. Raises GitError, then undone."""
    done: list[Move] = []
    try:
        for old, new in moves:
            _move(repository, old, new, tracked=old in tracked)
            done.append((old, new))
    except (GitError, OSError) as error:
        for old, new in reversed(done):
            _move(repository, new, old, tracked=old in tracked)
        if isinstance(error, GitError):
            raise
        why = (error.strerror or str(error)).lower()
        raise GitError(Trouble.BROKEN, f"{error.filename} cannot be renamed: {why}; nothing was renamed") from None


def _move(repository: Repository, old: str, new: str, *, tracked: bool) -> None:
    if os.path.lexists(os.path.join(repository.root, new)):
        raise GitError(Trouble.BROKEN, f"{new} is there already, and is not written over; nothing was renamed")
    if tracked:
        ask(repository, "mv", "--", old, new)
        return
    source, target = (os.path.join(repository.root, path) for path in (old, new))
    os.link(source, target, follow_symlinks=False)  # fails where something is there by now
    os.unlink(source)
