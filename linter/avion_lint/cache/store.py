"""The folder of the cache: one file a state, written whole or not at all, checked when read, and never too many."""

from __future__ import annotations

import os
import stat
import time

from avion_lint.cache.lines import DamagedError, Lines, joined
from avion_lint.hashing import hasher
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

STATES, LEDGERS = ".state", ".files"
_KEPT = 40  # of each sort; a state is some hundred bytes for each object of a schema
_LIMIT = 256 * 1024 * 1024  # bytes of all of one sort
_LARGEST = 64 * 1024 * 1024  # bytes of one
_LINE = 80  # bytes, more than a digest and its line feed
# Who puts a pipe there must not make us wait, nor a link make us read another file.
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_HALF = ".new"  # the end of the name of a file that is being written
_ABANDONED = 3600  # seconds after which nobody writes it any more


@record
class Store:
    """A folder with one sort of things by key, told by their suffix; without another word, states of schemas.

    Nothing is raised: a cache that cannot be used is no cache.
    """

    folder: str
    suffix: str = STATES

    def newest(self, keys: Sequence[str]) -> tuple[int, Lines] | None:
        """Index of the last of the keys under which there are pieces, and those."""
        try:
            known = set(os.listdir(self.folder))
        except OSError:
            return None
        for index in range(len(keys) - 1, -1, -1):
            if keys[index] + self.suffix in known:
                lines = self._open(keys[index])
                if lines is not None:
                    return index, lines
        return None

    def keep(self, key: str, pieces: Iterable[bytes]) -> None:
        """Keep pieces that are read one by one, as `write` keeps bytes."""
        self._put(key, joined(pieces, self._name(key)))

    def write(self, key: str, data: bytes) -> None:
        """Keep bytes, unless they are very many; what was not used for longest is dropped where there is too much."""
        self._put(key, b"%s\n%s" % (_digest(self._name(key), data), data))

    def _put(self, key: str, whole: bytes) -> None:
        if len(whole) > _LARGEST:
            return
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            _write(os.path.join(self.folder, self._name(key)), whole)
            self._prune()
        except OSError:
            return

    def states(self) -> list[tuple[float, int, str]]:
        """Time of last use, size in bytes and path of each state, oldest first; OSError where there is no folder."""
        return self._files(lambda name: name.endswith(self.suffix))

    def _half_written(self) -> list[tuple[float, int, str]]:
        """As `states`, what is being written, and what a process that was killed has left."""
        return self._files(lambda name: f"{self.suffix}." in name and name.endswith(_HALF))

    def _files(self, is_wanted: Callable[[str], bool]) -> list[tuple[float, int, str]]:
        found = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if is_wanted(entry.name) and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime, status.st_size, entry.path))
        return sorted(found)

    def clean(self) -> int:
        """Remove all; the number of the states among them."""
        try:
            states, half = self.states(), self._half_written()
        except OSError:
            return 0
        for _, _, path in (*states, *half):
            _remove(path)
        return len(states)

    def read(self, key: str) -> bytes | None:
        """What was kept under this very key, None where there is none that is whole and that nobody else can write."""
        file = self._opened(key)
        if file is None:
            return None
        try:
            with open(file, "rb") as whole:
                digest, data = whole.readline(_LINE).rstrip(b"\n"), whole.read()
        except OSError:
            return None
        if digest != _digest(self._name(key), data):
            return None
        self._touch(key)
        return data

    def _open(self, key: str) -> Lines | None:
        """The pieces that were kept under a key, as `read` gives bytes; each is checked when it is read."""
        file = self._opened(key)
        if file is None:
            return None
        try:
            lines = Lines(file, self._name(key))
        except (DamagedError, OSError):
            return None
        self._touch(key)
        return lines

    def _opened(self, key: str) -> int | None:
        """The file of a key, opened; None where it is none, or none of ours."""
        try:
            file = os.open(os.path.join(self.folder, self._name(key)), _OPEN)
        except OSError:
            return None
        if _is_ours(os.fstat(file)):
            return file
        os.close(file)
        return None

    def _name(self, key: str) -> str:
        return key + self.suffix

    def _touch(self, key: str) -> None:
        try:
            os.utime(os.path.join(self.folder, self._name(key)))
        except OSError:
            return  # it may be a folder that is only read

    def _prune(self) -> None:
        states = self.states()
        room = sum(size for _, size, _ in states)
        while len(states) > _KEPT or (room > _LIMIT and len(states) > 1):
            _, size, path = states.pop(0)
            room -= size
            _remove(path)
        for when, _, path in self._half_written():
            if when < time.time() - _ABANDONED:
                _remove(path)


def folder_of(environment: Mapping[str, str]) -> str:
    """The folder that the environment names: AVION_LINT_CACHE, else below XDG_CACHE_HOME, else below the home."""
    own = environment.get("AVION_LINT_CACHE")
    if own:
        return own
    above = environment.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(above, "avion-lint")


def _is_ours(status: os.stat_result) -> bool:
    """Whether it is a file that nobody but us, or the administrator, can have written, and no larger than ours are."""
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
        return False
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid in (os.geteuid(), 0) and not status.st_mode & 0o022


def _digest(name: str, data: bytes) -> bytes:
    """What stands for the data under this name: under another one it is not what was kept there."""
    found = hasher("blake2b")(b"%s\n" % name.encode(), digest_size=16)
    found.update(data)
    return str(found.hexdigest()).encode()


def _write(path: str, data: bytes) -> None:
    temporary = f"{path}.{os.getpid()}{_HALF}"
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        _remove(temporary)
        raise


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
