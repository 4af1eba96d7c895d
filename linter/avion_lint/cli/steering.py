"""Where settings, policies and the baseline are read: in the work tree, or in a commit that a change cannot loosen."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable

from avion_lint.cli.exit_codes import UsageError
from avion_lint.discovery.tree import Unreadable, WorkTree
from avion_lint.record import field, record
from avion_lint.source import Document

ReadSteering = Callable[[str], "Document | Unreadable | None"]
"""Gives a file by its path from the root, None where there is none."""


@record
class Steering:
    """How files that steer a run are read; `said` tells where from, "" for the work tree.

    `trees` are the folders that files were read in, by their paths.
    """

    read: ReadSteering
    said: str = ""
    trees: dict[str, WorkTree] = field(default_factory=dict, compare=False)

    def document(self, path: str) -> Document | None:
        """A file that can be read, None for any other."""
        content = self.read(path)
        return content if isinstance(content, Document) else None

    def tree(self, folder: str) -> WorkTree:
        """The files of a folder that somebody named, or of the root, whatever they are a part of."""
        return self.trees.setdefault(folder, WorkTree(folder))


def steering_of(root: str | os.PathLike[str], reference: str | None) -> Steering:
    """Read from the work tree, or from the commit that a git reference names; raises UsageError, GitError."""
    if reference is not None:
        return _of_commit(root, reference)
    tree = WorkTree(os.fspath(root))
    return Steering(tree.find, trees={tree.root: tree})


def _of_commit(root: str | os.PathLike[str], reference: str) -> Steering:
    from avion_lint.discovery.tree import decode  # noqa: PLC0415 - few runs ask for a commit
    from avion_lint.git import blobs, find_repository, tree  # noqa: PLC0415 - as above
    from avion_lint.git.process import ask_gently  # noqa: PLC0415 - as above

    repository = find_repository(root)
    wanted = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    answer = ask_gently(repository, *wanted)
    commit = answer.out.decode("ascii", "replace").strip()
    if answer.code or not reference or reference.startswith("-"):
        fetch = "fetch it first (in CI: a checkout with `fetch-depth: 0`)"
        raise UsageError(f"--settings-from: git knows no commit {reference}; {fetch}")
    entries = tree(repository, commit)

    def read(path: str) -> Document | Unreadable | None:
        entry = entries.get(posixpath.normpath(path))
        if entry is None:
            return None
        data = blobs(repository, (entry.blob,))[entry.blob]
        if entry.is_link:
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), os.fsdecode(data)))
            found = entries.get(target)
            return decode(path, blobs(repository, (found.blob,))[found.blob]) if found and not found.is_link else None
        return decode(path, data)

    return Steering(read, f"settings, policy and baseline are those of {reference} ({commit[:10]})")
