"""What applied migrations come to, taken from an earlier run where neither they nor what reads them has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from avion_lint.cache.codec import UnknownValueError
from avion_lint.cache.snapshot import Past, read, write
from avion_lint.cache.store import Store
from avion_lint.hashing import hasher
from avion_lint.history.deployments import Deployment
from avion_lint.record import field, record
from avion_lint.runners.migration import MigrationFile
from avion_lint.source import Document

FEWEST = 50  # migrations; to remember fewer takes longer than to read them


@record
class Memory:
    """A store, and the stamp of what makes its states: program, parser, settings.

    `ids` are those that git gives to the contents of files, by path, as far as they are known.
    """

    store: Store
    stamp: str
    ids: Mapping[str, str] = field(default_factory=dict)

    def recall(self, keys: Sequence[str], documents: Callable[[], Mapping[str, Document]]) -> tuple[int, Past] | None:
        """The state after as many of the files as possible, and how many these are; `keys` is what keys_of gives."""
        if len(keys) < FEWEST:
            return None
        found = self.store.newest(keys)
        if found is None:
            return None
        index, data = found
        try:
            return index + 1, read(data, documents())
        except UnknownValueError:
            return None

    def keep(self, keys: Sequence[str], past: Past) -> None:
        """Keep the state after all of the files."""
        if len(keys) < FEWEST:
            return
        try:
            self.store.keep(keys[-1], write(past))
        except UnknownValueError:
            return

    def keys_of(self, files: Iterable[tuple[MigrationFile, Deployment]], about: object) -> list[str]:
        """A key for each of the files in order, of everything that the schema after it depends on."""
        digest = hasher("blake2b")(f"{self.stamp}\n{about!r}\n".encode(), digest_size=20)
        settings: dict[int, str] = {}
        keys = []
        for file, deployment in files:
            own = file.contents.settings()
            for each in own:
                if id(each) not in settings:
                    settings[id(each)] = repr(each)
            known = (file.path, file.kind, str(file.version), deployment.order, deployment.applied)
            content = self.ids.get(file.path) or file.document.sha256
            digest.update(f"{known!r} {[settings[id(each)] for each in own]} {content}\n".encode())
            keys.append(digest.hexdigest())
        return keys
