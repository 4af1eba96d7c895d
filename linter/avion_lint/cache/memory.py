"""What applied migrations come to, taken from an earlier run where neither they nor what reads them has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from avion_lint.cache.codec import UnknownValueError
from avion_lint.cache.lines import DamagedError
from avion_lint.cache.snapshot import Past, read, write
from avion_lint.cache.store import Store
from avion_lint.hashing import hasher
from avion_lint.history.deployments import Deployment
from avion_lint.record import field, record
from avion_lint.runners.migration import MigrationFile
from avion_lint.source import Document

FEWEST = 50  # migrations; to remember fewer takes longer than to read them
_STATES = 256  # files, at the end, behind which a state is looked for


@record
class Keys:
    """Keys of the states behind the last files; `first` is how many files stand before these."""

    first: int
    last: tuple[str, ...]

    def __len__(self) -> int:
        """How many files there are."""
        return self.first + len(self.last)


@record
class Memory:
    """A store, and the stamp of what makes its states: program, parser, settings.

    `ids` are those that git gives to the contents of files, by path, as far as they are known. One that does not trust
    what is there puts other states in its place.
    """

    store: Store
    stamp: str
    ids: Mapping[str, str] = field(default_factory=dict)
    trusts: bool = True

    def recall(self, keys: Keys, documents: Callable[[], Mapping[str, Document]]) -> tuple[int, Past] | None:
        """The state after as many of the files as possible, and how many these are."""
        if len(keys) < FEWEST or not self.trusts:
            return None
        found = self.store.newest(keys.last)
        if found is None:
            return None
        index, lines = found
        try:
            return keys.first + index + 1, read(lines, documents())
        except (DamagedError, UnknownValueError):
            return None

    def keep(self, keys: Keys, past: Past) -> None:
        """Keep the state after all of the files."""
        if len(keys) < FEWEST:
            return
        try:
            self.store.keep(keys.last[-1], write(past))
        except (UnknownValueError, ValueError):  # what has no form; a path that is no text
            return

    def keys_of(self, files: Sequence[tuple[MigrationFile, Deployment]], about: object) -> Keys:
        """Keys for the files in order, of everything that the schema after each of the last ones depends on."""
        digest = hasher("blake2b")(f"{self.stamp}\n{about!r}\n".encode(), digest_size=20)
        known = self._known(files)
        first = max(0, len(files) - _STATES)
        digest.update("".join(islice(known, first)).encode("utf-8", "surrogatepass"))
        keys = []
        for each in known:
            digest.update(each.encode("utf-8", "surrogatepass"))
            keys.append(digest.hexdigest())
        return Keys(first, tuple(keys))

    def _known(self, files: Iterable[tuple[MigrationFile, Deployment]]) -> Iterator[str]:
        """What the schema after a file depends on, beside the schema before it; none is the beginning of another."""
        about, told = "", None
        for file, deployment in files:
            own = (file.kind, deployment, file.contents.settings())
            if own != told:  # most are as the one before
                told, about = own, f"{deployment.order} {deployment.applied} {(file.kind, *own[2])!r}"
            document, version = file.document, file.version
            content = self.ids.get(document.path) or document.sha256
            yield f"{document.path}\0{version.text if version else ''}\0{content}\0{about}\0\n"
