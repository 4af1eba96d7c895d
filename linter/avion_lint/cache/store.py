"""The folder of the cache: one file a state, written whole or not at all, checked when read, and never too many."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from avion_lint.hashing import hasher
from avion_lint.record import record

_SUFFIX = ".json"
_KEPT = 40  # states; one is some hundred bytes for each object of a schema
_LIMIT = 256 * 1024 * 1024  # bytes of them all


@record
class Store:
    """A folder with states by key. Nothing is raised: a cache that cannot be used is no cache."""

    folder: str

    def newest(self, keys: Sequence[str]) -> tuple[int, str] | None:
        """Index of the last of the keys under which there is a state, and that state's text."""
        try:
            known = set(os.listdir(self.folder))
        except OSError:
            return None
        for index in range(len(keys) - 1, -1, -1):
            if keys[index] + _SUFFIX in known:
                text = self._read(keys[index])
                if text is not None:
                    return index, text
        return None

    def keep(self, key: str, text: str) -> None:
        """Keep a state, and drop those that were not used for longest where there are too many."""
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            data = text.encode()
            _write(os.path.join(self.folder, key + _SUFFIX), b"%s\n%s" % (_digest(data), data))
            self._prune()
        except OSError:
            return

    def states(self) -> list[tuple[float, int, str]]:
        """Time of last use, size in bytes and path of each state, oldest first; OSError where there is no folder."""
        found = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.endswith(_SUFFIX) and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime, status.st_size, entry.path))
        return sorted(found)

    def clean(self) -> int:
        """Remove all states; the number of them."""
        try:
            states = self.states()
        except OSError:
            return 0
        for _, _, path in states:
            _remove(path)
        return len(states)

    def _read(self, key: str) -> str | None:
        path = os.path.join(self.folder, key + _SUFFIX)
        try:
            with open(path, "rb") as file:
                digest, data = file.readline().rstrip(b"\n"), file.read()
            if digest != _digest(data):
                return None
            os.utime(path)
            return data.decode()
        except (OSError, ValueError):
            return None

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


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
