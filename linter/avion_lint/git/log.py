"""Reads in which commit of the first-parent history each file landed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from avion_lint.git.errors import GitError, Trouble
from avion_lint.git.process import ask, is_object_id
from avion_lint.git.values import Landing, Repository
from avion_lint.record import record

_HEADER = "commit "
# With less in common, a file that comes while another goes is a new migration and not a moved one: short
# migrations with the same header are alike.
_SIMILARITY = "--find-renames=90%"
_MOST_SUFFIXES = 20


@record
class _Step:
    """One file that a commit added, under `path`; `moved_from` is its path before, or None."""

    landing: Landing
    path: str
    moved_from: str | None


def landings(repository: Repository, commit: str, paths: Iterable[str]) -> dict[str, Landing]:
    """Where each of the paths landed in the first-parent history of `commit` (a full object id).

    A file that was only moved keeps its first landing; one that was deleted and added again has the last.
    What is not in the history is not in the answer. Raises GitError.
    """
    wanted = set(paths)
    if not is_object_id(commit):
        raise GitError(Trouble.UNKNOWN_REVISION, f"not an object id: {commit!r}")
    out = ask(
        repository,
        "log",
        "--first-parent",
        "-m",
        "--reverse",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        _SIMILARITY,
        "--diff-filter=AR",
        "--name-status",
        "-z",
        f"--format={_HEADER}%H %ct %P",
        commit,
        "--",
        *_pathspecs(wanted),
        noted=True,
    )
    found: dict[str, Landing] = {}
    for step in _steps(os.fsdecode(out), shallow=repository.shallow):
        moved = found.pop(step.moved_from, None) if step.moved_from is not None else None
        found[step.path] = moved or step.landing
    return {path: landing for path, landing in found.items() if path in wanted}


def first_parents(repository: Repository, commit: str) -> tuple[str, ...]:
    """The first-parent history of `commit` (a full object id), from its oldest commit on. Raises GitError."""
    if not is_object_id(commit):
        raise GitError(Trouble.UNKNOWN_REVISION, f"not an object id: {commit!r}")
    words = ("rev-list", "--first-parent", "--reverse", commit, "--")
    return tuple(ask(repository, *words, noted=True).decode().split())


def _pathspecs(paths: set[str]) -> tuple[str, ...]:
    """Patterns for all files with the same suffixes: a move into these folders starts outside of them."""
    suffixes = sorted({os.path.splitext(path)[1] for path in paths})
    if "" in suffixes or len(suffixes) > _MOST_SUFFIXES:
        return ()
    return tuple(f":(top)*{literal(suffix)}" for suffix in suffixes)


def literal(text: str) -> str:
    """Write a text so that it stands for itself in a pathspec."""
    return "".join("\\" + letter if letter in "*?[\\" else letter for letter in text)


def _steps(out: str, *, shallow: bool) -> Iterator[_Step]:
    """Read `log -z --name-status`: a header for each commit, then its files, every field ended by NUL."""
    fields = iter(out.split("\0"))
    order = -1
    landing: Landing | None = None
    for field in fields:
        word = field.lstrip("\n")
        if word.startswith(_HEADER):
            order += 1
            landing = _landing(word, order, shallow=shallow)
        elif landing is not None and word.startswith("R"):
            before, after = next(fields), next(fields)
            yield _Step(landing, after, before)
        elif landing is not None and word.startswith("A"):
            yield _Step(landing, next(fields), None)


def _landing(header: str, order: int, *, shallow: bool) -> Landing:
    commit, when, *parents = header.removeprefix(_HEADER).split()
    return Landing(order, commit, int(when), known=bool(parents) or not shallow)
