"""Finds out which of the files that are gone came back under another name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping

from avion_lint.history.edits import likeness
from avion_lint.record import record

Identity = Callable[[str], Hashable]
"""What makes the file at a path the same migration under another name; None where nothing does."""

_ALIKE = 0.6
_MOST_PAIRS = 100_000


@record
class File:
    """A file that was added or deleted: the id of its content, and its text."""

    path: str
    blob: str
    text: str

    @property
    def name(self) -> str:
        """The path's last part."""
        return self.path.rpartition("/")[2]


def renames(added: Mapping[str, File], deleted: Mapping[str, File], identity: Identity) -> dict[str, str]:
    """Old path by new path, for files that were renamed; each stands in one pair at most.

    Two files are one if they have the same content, else the same identity, else mostly the same lines.
    """
    new, old = dict(sorted(added.items())), dict(sorted(deleted.items()))
    pairs: dict[str, str] = {}
    for way in (_same_content, _same_identity, _same_lines):
        for after, before in way(new, old, identity):
            if after in new and before in old:
                pairs[after] = before
                del new[after], old[before]
    return pairs


Files = dict[str, File]
Pairs = Iterator[tuple[str, str]]


def _same_content(added: Files, deleted: Files, _: Identity) -> Pairs:
    yield from _same_key(added, deleted, lambda file: file.blob)


def _same_identity(added: Files, deleted: Files, identity: Identity) -> Pairs:
    yield from _same_key(added, deleted, lambda file: identity(file.path))


def _same_key(added: Files, deleted: Files, key: Callable[[File], Hashable]) -> Pairs:
    """Pairs with the same key, those first that have the same file name too."""
    by_key: defaultdict[Hashable, list[File]] = defaultdict(list)
    for old in deleted.values():
        by_key[key(old)].append(old)
    pairs = [(new, old) for new in added.values() if (mine := key(new)) is not None for old in by_key.get(mine, ())]
    for new, old in sorted(pairs, key=lambda pair: pair[0].name != pair[1].name):
        yield new.path, old.path


def _same_lines(added: Files, deleted: Files, _: Identity) -> Pairs:
    """Pairs with enough lines in common, the most alike first; none where there are too many to compare."""
    if len(added) * len(deleted) > _MOST_PAIRS:
        return
    pairs = [(likeness(old.text, new.text), new.path, old.path) for new in added.values() for old in deleted.values()]
    for share, new_path, old_path in sorted(pairs, key=lambda pair: (-pair[0], *pair[1:])):
        if share >= _ALIKE:
            yield new_path, old_path
