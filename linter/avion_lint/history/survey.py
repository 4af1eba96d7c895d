"""Asks git about a folder before anybody knows which files are migrations: repository, base, and files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from avion_lint import git
from avion_lint.git import Base, Content, Entry, GitError, Known, Listing, Repository, Trouble
from avion_lint.history.changes import Source
from avion_lint.record import field, record


@record
class Survey:
    """What git says before anybody knows which files are migrations.

    `repository` is None where there is none, `base` where there is nothing to compare with; `error` then
    says why. `files` are the files of the source, of which those of the work tree are not read yet, and
    `unmerged` the paths of the index that a merge has left undecided.
    """

    source: Source
    repository: Repository | None = None
    base: Base | None = None
    error: GitError | None = None
    files: Listing = field(default_factory=lambda: Listing({}, frozenset(), frozenset()))
    unmerged: frozenset[str] = frozenset()
    merge_base: Mapping[str, Entry] = field(default_factory=dict)
    tip: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the source's files from the repository's root, sorted."""
        return tuple(sorted(self.files.tracked.keys() | self.files.untracked))


def survey(
    path: str | os.PathLike[str],
    source: Source,
    requested: str | None,
    environment: Mapping[str, str],
    repository: Repository | None = None,
) -> Survey:
    """Ask git about the repository that holds the path, and its base (see `resolve_base`).

    Where there is nothing to compare with, that is an answer, unless the base, the index or the commit was
    asked for. Raises GitError.
    """
    optional = requested is None and source is Source.WORK_TREE
    try:
        repository = repository or git.find_repository(path, git.expected_base(path, requested, environment))
    except GitError as error:
        if not (optional and error.leaves_no_history):
            raise
        return Survey(source, error=error)
    files, unmerged = _files(repository, source)
    try:
        base = git.resolve_base(repository, requested, environment)
    except GitError as error:
        if requested is not None or not error.leaves_no_history:
            raise
        return Survey(source, repository, None, error, files, unmerged)
    shared = git.tree(repository, base.merge_base)
    tip = shared if base.tip == base.merge_base else git.tree(repository, base.tip)
    return Survey(source, repository, base, None, files, unmerged, shared, tip)


def _files(repository: Repository, source: Source) -> tuple[Listing, frozenset[str]]:
    """Files of the source; those that no work tree is asked about stand as skipped."""
    if source is Source.WORK_TREE:
        return git.listing(repository), frozenset()
    if source is Source.INDEX:
        index = git.index(repository)
        return Listing(index.entries, frozenset(), frozenset(index.entries)), index.unmerged
    if repository.head is None:
        raise GitError(Trouble.UNBORN, "the branch has no commit yet", "commit once")
    tree = git.tree(repository, repository.head)
    return Listing(tree, frozenset(), frozenset(tree)), frozenset()


def read_files(surveyed: Survey, paths: Iterable[str], known: Mapping[str, Known] | None = None) -> dict[str, Content]:
    """Read files of the source by path from the repository's root; what is not there is not in the answer.

    `known` is as for `git.work_tree`.
    A tracked file that a sparse checkout leaves out of the work tree is read from the index. Raises GitError.
    """
    if surveyed.repository is None:
        return {}
    paths = tuple(paths)
    there = git.work_tree(surveyed.repository, paths, known) if surveyed.source is Source.WORK_TREE else {}
    stored = {path: surveyed.files.tracked[path] for path in surveyed.files.skipped.intersection(paths)}
    stored = {path: entry for path, entry in stored.items() if path not in there}
    blobs = git.blobs(surveyed.repository, [entry.blob for entry in stored.values()])
    return there | {path: Content(entry, blobs[entry.blob]) for path, entry in stored.items()}
