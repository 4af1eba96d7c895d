"""Hands git's answers to history: what is new or changed here, and what landed together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from avion_lint import git
from avion_lint.git import Content, Entry, GitError, Listing, Repository, Trouble
from avion_lint.history.changes import (
    Contents,
    Differences,
    History,
    Missing,
    Source,
    Trees,
    Unsure,
    changes,
    differences,
)
from avion_lint.history.deployments import Deployment, alone, as_landed, assumed, assumed_without_base
from avion_lint.history.edits import Obeyed
from avion_lint.history.renames import Identity
from avion_lint.history.survey import Survey
from avion_lint.record import replace

Wanted = Callable[[str], bool]
"""Whether a path, from the repository's root, is one of the migrations that the run is about."""

_REASONS = {
    Trouble.NO_GIT: "git is not installed",
    Trouble.NO_REPOSITORY: "no git repository",
    Trouble.UNBORN: "the branch has no commit yet",
    Trouble.NO_BASE: "no base branch",
}
_FILTERED = "git would pass it through a filter driver, a command of the configuration, which is not run"
_UNFILTER = "take the attribute `filter` from migrations in .gitattributes"


def read_history(
    surveyed: Survey, files: Mapping[str, Content], wanted: Wanted, obeyed: Obeyed, identity: Identity
) -> History:
    """Compare migrations, as `read_files` gave them, with the base branch. Raises GitError.

    `wanted` says which files of the base branch are migrations, `obeyed` which comments a runner acts on,
    `identity` what makes two paths the same migration.
    """
    repository, base = surveyed.repository, surveyed.base
    if repository is None or base is None:
        return _without_base(surveyed)
    here = {path: content.entry for path, content in files.items()}
    trees = Trees(_only(surveyed.merge_base, wanted), _only(surveyed.tip, wanted), here)
    doubts = (*_unreadable(files), *_undecided(surveyed, wanted))
    if surveyed.source is Source.WORK_TREE:
        trees, filtered = _as_stored(repository, surveyed, trees, files)
        doubts += filtered
    trees = _without(trees, doubts)
    found = differences(trees)
    made = changes(trees, found, _contents(repository, trees, found, files), obeyed, identity)
    said = assumed(base.name, len(trees.tip), changed=bool(made), on_tip=repository.head == base.tip)
    unsure = tuple(sorted(doubts, key=lambda doubt: doubt.path))
    return History(surveyed.source, said, base.name, frozenset(trees.tip), frozenset(trees.merge_base), made, unsure)


def _without_base(surveyed: Survey) -> History:
    error = surveyed.error or GitError(Trouble.NO_BASE, "there is no base branch")
    reason = _REASONS.get(error.trouble, error.text)
    return History(surveyed.source, assumed_without_base(reason), missing=Missing(error.text, error.mend))


def landed(surveyed: Survey, paths: Iterable[str]) -> dict[str, Deployment]:
    """Tell which of these paths landed together on the base branch; without one, in what is checked out.

    Without any history each file counts on its own. Raises GitError.
    """
    paths = tuple(paths)
    repository = surveyed.repository
    commit = surveyed.base.tip if surveyed.base else repository.head if repository else None
    if repository is None or commit is None:
        return alone(paths)
    from avion_lint.git.log import landings  # noqa: PLC0415 - where all migrations are judged

    return as_landed(paths, landings(repository, commit, paths))


def _only(tree: Mapping[str, Entry], wanted: Wanted) -> dict[str, Entry]:
    return {path: entry for path, entry in tree.items() if wanted(path)}


def _contents(repository: Repository, trees: Trees, found: Differences, files: Mapping[str, Content]) -> Contents:
    before = {path: entry.blob for path in (*found.changed, *found.deleted) if (entry := trees.before(path))}
    blobs = git.blobs(repository, before.values())
    after = {path: files[path].data or b"" for path in (*found.added, *found.changed)}
    return Contents({path: blobs[blob] for path, blob in before.items()}, after)


def _unreadable(files: Mapping[str, Content]) -> Iterator[Unsure]:
    return (Unsure(path, "it cannot be read") for path, content in files.items() if not content.is_readable)


def _undecided(surveyed: Survey, wanted: Wanted) -> Iterator[Unsure]:
    why, mend = "a merge has left it undecided in the index", "resolve the conflict and add the file"
    return (Unsure(path, why, mend) for path in surveyed.unmerged if wanted(path))


def _without(trees: Trees, doubts: Iterable[Unsure]) -> Trees:
    """Let what is in doubt stand as on the base branch, so that nothing is claimed of it."""
    known = {doubt.path: entry for doubt in doubts if (entry := trees.before(doubt.path))}
    return replace(trees, here={**trees.here, **known})


def _as_stored(
    repository: Repository, surveyed: Survey, trees: Trees, files: Mapping[str, Content]
) -> tuple[Trees, tuple[Unsure, ...]]:
    """Make of the files that differ what git would store; where a filter driver would have to run, doubt."""
    suspects = [path for path in differences(trees).changed if path not in surveyed.files.skipped]
    here = {**trees.here, **_real_modes(repository, surveyed.files, trees, suspects)}
    stored = git.converted(repository, [path for path in suspects if not here[path].is_link])
    pointed = _pointed(repository, trees, {path: files[path].data for path in stored.filtered})
    for path, blob in (*stored.blobs.items(), *pointed.items()):
        here[path] = replace(here[path], blob=blob)
    doubts = (Unsure(path, _FILTERED, _UNFILTER) for path in stored.filtered - pointed.keys())
    return replace(trees, here=here), tuple(doubts)


def _real_modes(repository: Repository, files: Listing, trees: Trees, suspects: Iterable[str]) -> dict[str, Entry]:
    """Entries with the index's mode, where only the file system says that a file may be run."""
    odd = {
        path: trees.here[path]
        for path in suspects
        if (before := trees.before(path)) and before.is_executable != trees.here[path].is_executable
    }
    if not odd or git.trusts_modes(repository):
        return {}
    return {path: replace(entry, mode=files.tracked.get(path, entry).mode) for path, entry in odd.items()}


def _pointed(repository: Repository, trees: Trees, files: Mapping[str, bytes | None]) -> dict[str, str]:
    """Blobs on the base branch that are Git LFS pointers to the very bytes that are here.

    A pointer names the SHA-256 of the content (git-lfs, docs/spec.md).
    """
    blobs = {path: entry.blob for path in files if (entry := trees.before(path))}
    pointers = git.blobs(repository, blobs.values())
    return {path: blob for path, blob in blobs.items() if _points_to(pointers[blob], files[path] or b"")}


def _points_to(pointer: bytes, data: bytes) -> bool:
    if not pointer.startswith(b"version https://git-lfs.github.com/spec/"):
        return False
    from hashlib import sha256  # noqa: PLC0415 - for the few that keep migrations in Git LFS

    return f"oid sha256:{sha256(data).hexdigest()}".encode() in pointer.splitlines()
