"""Reads the files of the work tree, as they are and as git would store them."""

from __future__ import annotations

import os
import stat
import time

from avion_lint.git.errors import GitError, Trouble
from avion_lint.git.objects import records
from avion_lint.git.process import ask, ask_gently, note
from avion_lint.git.values import LINK, SUBMODULE, Content, Converted, Entry, Known, Listing, Repository
from avion_lint.hashing import hasher
from avion_lint.stamps import stamp, stamp_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

_REGULAR, _EXECUTABLE = "100644", "100755"
# A file is opened without following a link, and without waiting for whoever writes into a pipe.
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_AT_ONCE = 1 << 16


def listed(repository: Repository) -> bytes:
    """The list of files in git's own words; the question is noted. Raises GitError."""
    if repository.listing:
        out = repository.listing.pop()
        note(repository, "listing", (), out)
        return out
    words = ("ls-files", "-z", "-t", "--stage", "--cached", "--others", "--exclude-standard", "--full-name")
    out = ask(repository, *words, noted=True)
    note(repository, "listing", (), out)
    return out


def listing(repository: Repository) -> Listing:
    """Files of the work tree: tracked, and neither tracked nor ignored. Raises GitError."""
    out = listed(repository)
    tracked: dict[str, Entry] = {}
    untracked: set[str] = set()
    skipped: set[str] = set()
    for record in records(out):
        tag, rest = record[0], record[2:]
        if tag == "?":
            untracked.add(rest)
            continue
        about, path = rest.split("\t", 1)
        mode, blob, _ = about.split(" ")
        if mode != SUBMODULE:
            tracked[path] = Entry(mode, blob)
        if tag == "S":
            skipped.add(path)
    # A repository inside this one, that it does not know, is listed as a folder.
    files = frozenset(path for path in untracked if not path.endswith("/"))
    return Listing(tracked, files, frozenset(skipped))


def work_tree(
    repository: Repository, paths: Iterable[str], known: Mapping[str, Known] | None = None
) -> dict[str, Content]:
    """Read those of the paths that are files or links in the work tree; ids are of the bytes as they are.

    The content of a link is the path that it leads to. What is reached only through a linked folder is not
    there: it is not the repository's. What is `known`, by its path, and still has that stamp is not read now.
    """
    known = known or {}
    found: dict[str, Content] = {}
    folders: dict[str, bool] = {}
    now, start = time.time_ns(), f"{repository.root}/"
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder not in folders:
            folders[folder] = _is_own(repository.root, folder)
        if not folders[folder]:
            continue
        then = known.get(path)
        if then is not None and then.stamp == stamp_of(start + path, now):
            found[path] = Content(then.entry, None, then.stamp, _reading(repository, path, then.entry))
            continue
        content = _content(repository, path, now)
        if content is not None:
            found[path] = content
    return found


def _is_own(root: str, folder: str) -> bool:
    """Whether no part of the folder's path is a link."""
    own = os.path.join(root, folder) if folder else root
    return os.path.realpath(own) == own


def _reading(repository: Repository, path: str, entry: Entry) -> Callable[[], bytes]:
    """Gives the bytes of a file that is as it is known; raises GitError where it is not any more."""

    def read() -> bytes:
        content = _content(repository, path, time.time_ns())
        if content is None or content.data is None or content.entry.blob != entry.blob:
            raise GitError(Trouble.BROKEN, f"{path} was changed while it was judged", "run it again")
        return content.data

    return read


def _content(repository: Repository, path: str, now: int) -> Content | None:
    full = os.path.join(repository.root, path)
    try:
        file = os.open(full, _OPEN)
    except OSError:
        return _unopened(repository, full, now)
    try:
        status = os.fstat(file)
        mode = status.st_mode
        data = _all(file) if stat.S_ISREG(mode) else None
    except OSError:
        return Content(Entry(_REGULAR, ""), None)
    finally:
        os.close(file)
    if data is None:
        return None
    entry = Entry(_EXECUTABLE if mode & stat.S_IXUSR else _REGULAR, blob_id(data, repository.object_format))
    return Content(entry, data, stamp(status, now))


def _all(file: int) -> bytes:
    parts = [os.read(file, _AT_ONCE)]
    while len(parts[-1]) == _AT_ONCE:
        parts.append(os.read(file, _AT_ONCE))
    return b"".join(parts)


def _unopened(repository: Repository, full: str, now: int) -> Content | None:
    """A link, or a file that may not be read; None for what is not there, or no file."""
    try:
        status = os.lstat(full)
        if stat.S_ISLNK(status.st_mode):
            data = os.fsencode(os.readlink(full))
            return Content(Entry(LINK, blob_id(data, repository.object_format)), data, stamp(status, now))
    except OSError:
        return None
    return Content(Entry(_REGULAR, ""), None) if stat.S_ISREG(status.st_mode) else None


def trusts_modes(repository: Repository) -> bool:
    """Whether the file system keeps the permission to run a file: git's setting core.fileMode."""
    answer = ask_gently(repository, "config", "--bool", "core.fileMode", noted=True).out.strip()
    note(repository, "modes", (), answer)
    return answer != b"false"


def blob_id(data: bytes, object_format: str) -> str:
    """Id that git gives a file's content, without any conversion; `object_format` is "sha1" or "sha256"."""
    return str(hasher(object_format)(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest())


def converted(repository: Repository, paths: Collection[str]) -> Converted:
    """Ask what git would store for these regular files of the work tree, after its own conversions.

    Those are line ends (core.autocrlf, `text`, `eol`), `ident` and `working-tree-encoding`. Raises GitError.
    """
    if not paths:
        return Converted({}, frozenset())
    filtered = _filtered(repository, paths)
    plain = sorted(set(paths) - filtered)
    stdin = b"".join(_quoted(path) + b"\n" for path in plain)
    words = ("hash-object", "--stdin-paths")
    ids = ask(repository, *words, stdin=stdin, noted=True).decode().split() if plain else []
    note(repository, "converted", tuple(sorted(paths)), repr((plain, ids, sorted(filtered))).encode())
    return Converted(dict(zip(plain, ids, strict=True)), frozenset(filtered))


def _filtered(repository: Repository, paths: Collection[str]) -> set[str]:
    """Paths for which the attribute `filter` names a driver."""
    stdin = b"".join(os.fsencode(path) + b"\0" for path in sorted(paths))
    fields = records(ask(repository, "check-attr", "-z", "--stdin", "filter", stdin=stdin, noted=True))
    values = zip(fields[0::3], fields[2::3], strict=True)
    return {path for path, value in values if value not in {"unspecified", "unset"}}


def _quoted(path: str) -> bytes:
    """Write the path as a C string, as git reads one from a list of lines."""
    plain = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-")
    letters = (chr(byte) if byte in plain else f"\\{byte:03o}" for byte in os.fsencode(path))
    return f'"{"".join(letters)}"'.encode()
