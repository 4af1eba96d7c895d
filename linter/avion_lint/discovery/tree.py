"""Files of the tree that is judged: what can be read, and why the rest cannot."""

from __future__ import annotations

import os
import posixpath
import stat
import time
from errno import ENOENT

from avion_lint.record import field, record
from avion_lint.source import Document
from avion_lint.stamps import stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeAlias

SIZE_LIMIT = 10 * 1024 * 1024  # bytes; parsing needs about sixty times as much memory


@record
class Unreadable:
    """A file that could not be read, why (words that follow "the file"), and how to mend it."""

    path: str
    why: str
    mend: str = ""


_PUT_THERE = "put the file itself there"
_HOPS = 40  # links that lead to links; Linux gives up after as many

Read: TypeAlias = "Callable[[str], Document | Unreadable]"
"""Gives a file of the tree by its path."""


if TYPE_CHECKING:
    from typing import Protocol

    class Tree(Protocol):
        """Files by path from the repository's root, as they stand in the work tree, the index or a commit."""

        def paths(self) -> tuple[str, ...]:
            """All paths, sorted."""
            ...

        def read(self, path: str) -> Document | Unreadable:
            """A file's text, or why there is none."""
            ...


def decode(path: str, data: bytes) -> Document | Unreadable:
    """Text of a file's bytes; only UTF-8 is read, since PostgreSQL clients, goose and Flyway take files as that."""
    if len(data) > SIZE_LIMIT:
        return too_large(path, len(data))
    try:
        return Document(path, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        why = f"is not UTF-8: line {line} has the byte 0x{byte:02X} (at offset {error.start})"
        return Unreadable(path, why, "save the file as UTF-8")


def too_large(path: str, size: int) -> Unreadable:
    """A file that is not read because of its size in bytes."""
    why = f"is {size / 1024 / 1024:.0f} MiB large, and {SIZE_LIMIT // 1024 // 1024} MiB are the most that is read"
    is_sql = path.lower().endswith(".sql")
    mend = "load data of this size outside migrations (COPY in batches)" if is_sql else _IGNORE
    return Unreadable(path, why, mend)


_IGNORE = "name it under `ignore` in avion-lint.yaml if nobody writes it by hand"


def folder_like_file(path: str) -> Unreadable:
    """A folder that is named like a file."""
    return Unreadable(path, "is a folder, though it is named like a file", "rename the folder")


@record
class MemoryTree:
    """Files given as texts or bytes."""

    files: Mapping[str, str | bytes]

    def paths(self) -> tuple[str, ...]:
        """All paths, sorted."""
        return tuple(sorted(self.files))

    def read(self, path: str) -> Document | Unreadable:
        """A file's text, or why there is none."""
        content = self.files[path]
        return Document(path, content) if isinstance(content, str) else decode(path, content)


@record
class StoredTree:
    """Files as git stores them, by path; without bytes a file is there but cannot be read.

    The content of `links` is the path that they lead to.
    """

    files: Mapping[str, bytes | None]
    links: frozenset[str] = frozenset()

    def paths(self) -> tuple[str, ...]:
        """All paths, sorted."""
        return tuple(sorted(self.files))

    def read(self, path: str) -> Document | Unreadable:
        """A file's text, or why there is none."""
        at: str | None = path
        for _ in range(_HOPS):
            if at not in self.links:
                break
            at = self._target(at)
        if at is None or at in self.links or at not in self.files:
            return Unreadable(path, "is a link to nothing that could be a migration", _PUT_THERE)
        data = self.files[at]
        return Unreadable(path, "cannot be read from git") if data is None else decode(path, data)

    def _target(self, link: str) -> str | None:
        """The path that a link leads to, None where that is out of the repository."""
        leads = os.fsdecode(self.files[link] or b"")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(link), leads))
        return None if target.startswith(("/", "../")) or target == ".." else target


@record
class Overlay:
    """A tree with one file's content replaced, or added."""

    below: Tree
    path: str
    data: bytes

    def paths(self) -> tuple[str, ...]:
        """All paths, sorted."""
        return tuple(sorted({*self.below.paths(), self.path}))

    def read(self, path: str) -> Document | Unreadable:
        """A file's text, or why there is none."""
        return decode(path, self.data) if path == self.path else self.below.read(path)


@record
class Taken:
    """What was read of a file, None where there is none; the stamp (of avion_lint.stamps) tells whether it still is."""

    content: Document | Unreadable | None
    stamp: str = ""


@record
class WorkTree:
    """Files below a folder; `names` are the paths that count, from that folder, or all where None.

    `below` are the only folders that are looked through for files, from the root ("" for all). `known` are regular
    files that need not be read here: their bytes, or their documents; `taken` is what this tree has read itself, each
    file once, and `walked` the list of all paths, where it was made.
    """

    root: str
    names: tuple[str, ...] | None = None
    below: tuple[str, ...] = ("",)
    known: Mapping[str, bytes | Document] = field(default_factory=dict, compare=False)
    taken: dict[str, Taken] = field(default_factory=dict, compare=False)
    _links: dict[str, bool] = field(default_factory=dict, compare=False)  # folders that were looked at
    walked: list[tuple[str, ...]] = field(default_factory=list, compare=False)

    def paths(self) -> tuple[str, ...]:
        """All paths, sorted; links and special files are among them, so that reading them can say what they are."""
        if self.names is not None:
            return self.names
        if not self.walked:
            found = {path for folder in self.below for path in _walk(self.root, folder)}
            self.walked.append(tuple(sorted(found)))
        return self.walked[0]

    def find(self, path: str) -> Document | Unreadable | None:
        """A file as `read` gives it, None where there is none."""
        if path not in self.taken and not os.path.exists(os.path.join(self.root, path)):
            self.taken[path] = Taken(None)
        return self._taken(path).content

    def read(self, path: str) -> Document | Unreadable:
        """A file's text, or why there is none; a link is followed only to a file within the folder."""
        known = self.known.get(path)
        if known is not None:
            return known if isinstance(known, Document) else decode(path, known)
        return self._taken(path).content or _not_read(path, FileNotFoundError(ENOENT, os.strerror(ENOENT)))

    def _taken(self, path: str) -> Taken:
        known = self.taken.get(path)
        if known is None:
            now, full = time.time_ns(), os.path.join(self.root, path)
            try:
                status = os.lstat(full)
                linked = stat.S_ISLNK(status.st_mode) or self._is_below_link(posixpath.dirname(path))
                content = self._followed(full, path) if linked else _regular(full, path, status)
                known = Taken(content, "" if linked else stamp(status, now))
            except OSError as error:
                known = Taken(_not_read(path, error))
            self.taken[path] = known
        return known

    def _followed(self, full: str, path: str) -> Document | Unreadable:
        """What a link leads to, within the folder; raises OSError."""
        try:
            target = os.path.realpath(full, strict=True)
        except (OSError, RuntimeError):
            return Unreadable(path, "is a link that leads nowhere or in a circle", "mend or remove the link")
        top = os.path.realpath(self.root)
        if os.path.commonpath((target, top)) != top:
            return Unreadable(path, "is a link out of the repository, which is not followed", _PUT_THERE)
        return _regular(full, path, os.stat(full))

    def _is_below_link(self, folder: str) -> bool:
        """Whether a folder or one above it is a link; the root's own way does not count."""
        if not folder:
            return False
        known = self._links.get(folder)
        if known is None:
            known = os.path.islink(os.path.join(self.root, folder)) or self._is_below_link(posixpath.dirname(folder))
            self._links[folder] = known
        return known


def _regular(full: str, path: str, status: os.stat_result) -> Document | Unreadable:
    """A regular file's text, or why it has none; raises OSError."""
    if stat.S_ISDIR(status.st_mode):
        return folder_like_file(path)
    if not stat.S_ISREG(status.st_mode):
        return Unreadable(path, "is no regular file", _PUT_THERE)
    if status.st_size > SIZE_LIMIT:
        return too_large(path, status.st_size)
    with open(full, "rb", buffering=0) as file:
        return decode(path, file.readall())


def _not_read(path: str, error: OSError) -> Unreadable:
    reason = (error.strerror or str(error)).lower()
    return Unreadable(path, f"cannot be read: {reason}", "check the file and its permissions")


_SKIPPED = {".git", ".hg", ".svn", "node_modules", "vendor", ".venv", "__pycache__", ".tox", ".mypy_cache"}


def _walk(root: str, below: str = "") -> Iterator[str]:
    """Paths of all files below a folder; links to folders are not entered."""
    pending = [below]
    while pending:
        folder = pending.pop()
        with os.scandir(f"{root}/{folder}" if folder else root) as entries:
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if not entry.is_dir(follow_symlinks=False):
                    yield path
                elif entry.name not in _SKIPPED:
                    pending.append(path)
                    if entry.name.lower().endswith(".sql"):
                        yield path
