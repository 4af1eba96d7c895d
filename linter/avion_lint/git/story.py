"""Reads the whole first-parent history of a commit by one process: every commit, and what each did to some files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from avion_lint.git.errors import GitError, Trouble
from avion_lint.git.process import ask, is_object_id
from avion_lint.git.values import SUBMODULE, Commit, Entry, Repository, Step

_HEADER = "commit "
_NOTHING = "000000"


def story(repository: Repository, commit: str, suffixes: Iterable[str]) -> tuple[Commit, ...]:
    """Every commit of the first-parent history of `commit` (a full object id), the oldest first.

    Only files whose path ends in one of the suffixes are told of. A merge is what it brought to its first parent. A
    file that is renamed is deleted and added. Raises GitError.
    """
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
        "--no-renames",
        "--no-abbrev",
        "--raw",
        "-z",
        f"--format={_HEADER}%H %ct %P",
        commit,
        "--",
    )  # without patterns for paths: git takes twice as long where it has to compare each path with them
    return tuple(_commits(os.fsdecode(out), tuple(each.lower() for each in suffixes), shallow=repository.shallow))


def _commits(out: str, suffixes: tuple[str, ...], *, shallow: bool) -> Iterator[Commit]:
    """Read `log -z --raw`: a header for each commit, then its files, every field ended by NUL."""
    header = ""
    steps: list[Step] = []
    fields = iter(out.split("\0"))
    for field in fields:
        word = field.lstrip("\n")
        if word.startswith(_HEADER):
            if header:
                yield _commit(header, steps, shallow=shallow)
            header, steps = word, []
        elif word.startswith(":"):
            path = next(fields)
            if path.lower().endswith(suffixes):
                steps.extend(_step(word, path))
    if header:
        yield _commit(header, steps, shallow=shallow)


def _commit(header: str, steps: list[Step], *, shallow: bool) -> Commit:
    id_, when, *parents = header.removeprefix(_HEADER).split()
    return Commit(id_, int(when), tuple(parents), tuple(steps), known=bool(parents) or not shallow)


def _step(about: str, path: str) -> Iterator[Step]:
    """A line of `--raw`: modes and ids before and after; zeros for a file that is not there."""
    mode_before, mode_after, before, after, _ = about[1:].split(" ")
    was, now = _entry(mode_before, before), _entry(mode_after, after)
    if was is not None or now is not None:
        yield Step(path, was, now)


def _entry(mode: str, blob: str) -> Entry | None:
    return None if mode in (_NOTHING, SUBMODULE) else Entry(mode, blob)
