"""Reads files as git stores them: in commits, in the index, and the contents themselves."""

from __future__ import annotations

import os

from avion_lint.git.errors import GitError, Trouble, broken, missing_objects
from avion_lint.git.process import ask, is_object_id, note
from avion_lint.git.values import SUBMODULE, Entry, Index, Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


def tree(repository: Repository, commit: str, *prefixes: str) -> dict[str, Entry]:
    """Files of a commit (a full object id) by path, without submodules; only below the prefixes where given.

    Raises GitError.
    """
    if not is_object_id(commit):
        raise GitError(Trouble.UNKNOWN_REVISION, f"not an object id: {commit!r}")
    command = ("--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", commit, "--", *prefixes)
    return dict(_tree_entries(ask(repository, *command, noted=True)))


def _tree_entries(out: bytes) -> Iterator[tuple[str, Entry]]:
    for record in records(out):
        about, path = record.split("\t", 1)
        mode, _, blob = about.split(" ")
        if mode != SUBMODULE:
            yield path, Entry(mode, blob)


def records(out: bytes) -> list[str]:
    """Split what git wrote with `-z`, every record ended by NUL."""
    return os.fsdecode(out).split("\0")[:-1]


def index(repository: Repository) -> Index:
    """Read what the next commit would hold, without submodules. Raises GitError.

    The index is compared with the empty tree, because a list of it also holds what `git add --intent-to-add`
    announced.
    """
    empty = _EMPTY_TREE[repository.object_format]
    command = (
        "diff-index",
        "--cached",
        "--raw",
        "--ita-invisible-in-index",
        "-z",
        "--no-renames",
        "--no-abbrev",
        empty,
        "--",
    )
    out = ask(repository, *command, noted=True)
    note(repository, "index", (), out)
    fields = iter(records(out))
    entries: dict[str, Entry] = {}
    unmerged: set[str] = set()
    for about in fields:
        path = next(fields)
        _, mode, _, blob, status = about.split(" ")
        if status == "U":
            unmerged.add(path)
        elif mode != SUBMODULE:
            entries[path] = Entry(mode, blob)
    return Index(entries, frozenset(unmerged))


def blobs(repository: Repository, ids: Collection[str]) -> dict[str, bytes]:
    """Contents by object id, read by one process; raises GitError where one is missing."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    if not all(is_object_id(blob) for blob in wanted):
        raise GitError(Trouble.BROKEN, "a content was asked for by something that is not an object id")
    stdin = "".join(f"{blob}\n" for blob in wanted).encode()
    out = ask(repository, "cat-file", "--batch", stdin=stdin, noted=True)
    return dict(_contents(repository, out))


def _contents(repository: Repository, out: bytes) -> Iterator[tuple[str, bytes]]:
    """Read `cat-file --batch`: a line `<id> <type> <size>`, the content, a line feed."""
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        head = out[at:end].decode().split(" ")
        if len(head) != 3:  # noqa: PLR2004 - `<id> missing`
            raise _absent(repository, head[0])
        start = end + 1
        at = start + int(head[2]) + 1
        yield head[0], out[start : at - 1]


def _absent(repository: Repository, blob: str) -> GitError:
    promised = ask(repository, "config", "--null", "--list")
    if b"extensions.partialclone" in promised or b".promisor\n" in promised:
        return missing_objects(repository.root)
    return broken(repository.root, f"the object {blob} is missing")
