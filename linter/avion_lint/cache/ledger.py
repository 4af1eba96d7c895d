"""What is known of files that an earlier run has read: who finds their stamps unchanged need not read them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from avion_lint.cache.packing import from_words, packed, unpacked, words
from avion_lint.cache.store import Store
from avion_lint.discovery.tree import SIZE_LIMIT
from avion_lint.git.process import digest
from avion_lint.git.values import Content, Entry, Known, Repository
from avion_lint.record import record

_WORTH = 50  # files that are not known; for fewer nothing is written anew
_PLAIN, _OTHER = "p", "-"


@record
class Ledger:
    """The place for what is known of the files of a repository, and what is known of them, by path.

    Only text is known: regular files in UTF-8 that are not too large to be read.
    """

    store: Store
    key: str
    known: Mapping[str, Known]

    def keep(self, contents: Mapping[str, Content], is_plain: Callable[[str], bool]) -> None:
        """Keep what is known of these files now, unless that is hardly more than before.

        `is_plain` tells of a text whether it is as `Known` says.
        """
        fresh = (content for content in contents.values() if content.later is None and not content.entry.is_link)
        if sum(bool(content.stamp) for content in fresh) < _WORTH:
            return
        found = {path: known for path, content in contents.items() if (known := self._of(path, content, is_plain))}
        self.store.write(self.key, _written(found))

    def _of(self, path: str, content: Content, is_plain: Callable[[str], bool]) -> Known | None:
        if content.later is not None:
            return self.known.get(path)
        data = content.data
        if not content.stamp or content.entry.is_link or data is None or len(data) > SIZE_LIMIT:
            return None
        try:
            return Known(content.stamp, content.entry, is_plain(data.decode("utf-8")))
        except UnicodeDecodeError:
            return None


def ledger_of(store: Store, stamp: str, repository: Repository) -> Ledger:
    """The ledger of a repository; `stamp` stands for the program that reads the files, and for who runs it."""
    about = (stamp, repository.root, repository.object_format)
    key = digest(packed(each.encode("utf-8", "surrogatepass") for each in about))
    data = store.read(key)
    try:
        return Ledger(store, key, _read(data) if data else {})
    except ValueError:
        return Ledger(store, key, {})


def _written(found: Mapping[str, Known]) -> bytes:
    each = found.values()
    columns: tuple[Iterable[str], ...] = (
        found,
        (known.stamp for known in each),
        (known.entry.mode for known in each),
        (known.entry.blob for known in each),
        (_PLAIN if known.plain else _OTHER for known in each),
    )
    return packed(map(words, columns))


def _read(data: bytes) -> dict[str, Known]:
    paths, stamps, modes, blobs, plain = map(from_words, unpacked(data))
    entries = map(Entry, modes, blobs)
    found = zip(paths, map(Known, stamps, entries, map(_PLAIN.__eq__, plain)), strict=True)
    return dict(found)
