"""The folder of the cache: one file a state, written whole or not at all, checked when read, and never too many."""

from __future__ import annotations

import os

from avion_lint.cache.lines import DamagedError, Lines, joined
from avion_lint.hashing import hasher
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STATES, LEDGERS = ".state", ".files"
_KEPT = 40  # of each sort; a state is some hundred bytes for each object of a schema
_LIMIT = 256 * 1024 * 1024  # bytes of all of one sort
_LARGEST = 64 * 1024 * 1024  # bytes of one


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
        self._put(key, joined(pieces))

    def write(self, key: str, data: bytes) -> None:
        """Keep bytes, unless they are very many; what was not used for longest is dropped where there is too much."""
        self._put(key, b"%s\n%s" % (_digest(data), data))

    def _put(self, key: str, whole: bytes) -> None:
        if len(whole) > _LARGEST:
            return
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            _write(os.path.join(self.folder, key + self.suffix), whole)
            self._prune()
        except OSError:
            return

    def states(self) -> list[tuple[float, int, str]]:
        """Time of last use, size in bytes and path of each state, oldest first; OSError where there is no folder."""
        found = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.endswith(self.suffix) and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime, status.st_size, entry.path))
        return sorted(found)

    def clean(self) -> int:
        """Remove all; the number of them."""
        try:
            states = self.states()
        except OSError:
            return 0
        for _, _, path in states:
            _remove(path)
        return len(states)

    def read(self, key: str) -> bytes | None:
        """What was kept under a key, None where there is none that is whole and that nobody else can write."""
        path = os.path.join(self.folder, key + self.suffix)
        try:
            with open(path, "rb") as file:
                digest, data = file.readline().rstrip(b"\n"), file.read()
                if not _is_ours(os.fstat(file.fileno())) or digest != _digest(data):
                    return None
        except OSError:
            return None
        _touch(path)
        return data

    def _open(self, key: str) -> Lines | None:
        """The pieces that were kept under a key, as `read` gives bytes; each is checked when it is read."""
        path = os.path.join(self.folder, key + self.suffix)
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            if not _is_ours(os.fstat(file)):
                os.close(file)
                return None
            lines = Lines(file)
        except (DamagedError, OSError):
            return None
        _touch(path)
        return lines

    def _prune(self) -> None:
        states = self.states()
        room = sum(size for _, size, _ in states)
        while len(states) > _KEPT or (room > _LIMIT and len(states) > 1):
            _, size, path = states.pop(0)
            room -= size
            _remove(path)


def folder_of(environment: Mapping[str, str]) -> str:
    """The folder that the environment names: AVION_LINT_CACHE, else below XDG_CACHE_HOME, else below the home."""
    own = environment.get("AVION_LINT_CACHE")
    if own:
        return own
    above = environment.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(above, "avion-lint")


def _is_ours(status: os.stat_result) -> bool:
    """Whether nobody but us, or the administrator, can have written a file."""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid in (os.geteuid(), 0) and not status.st_mode & 0o022


def _digest(data: bytes) -> bytes:
    return str(hasher("blake2b")(data, digest_size=16).hexdigest()).encode()


def _write(path: str, data: bytes) -> None:
    temporary = f"{path}.{os.getpid()}.new"
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        _remove(temporary)
        raise


def _touch(path: str) -> None:
    try:
        os.utime(path)
    except OSError:
        return  # it may be a folder that is only read


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
