"""From git's trees to facts: what the base branch has, and what is new or changed against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from avion_lint.enumeration import StrEnum
from avion_lint.git import Entry
from avion_lint.history.edits import Edit, Obeyed, edit_between, first_changed_line
from avion_lint.history.renames import File, Identity, renames
from avion_lint.record import record
from avion_lint.source import Document, Span


class Source(StrEnum):
    """Where the files that are judged are taken from."""

    WORK_TREE = "work-tree"
    INDEX = "index"
    HEAD = "head"


@record
class Trees:
    """Migrations by path: where this branch left the base, on the base's tip, and as they are judged."""

    merge_base: Mapping[str, Entry]
    tip: Mapping[str, Entry]
    here: Mapping[str, Entry]

    def before(self, path: str) -> Entry | None:
        """Find the file as the base branch has it; its tip tells of what came after this branch left."""
        return self.merge_base.get(path) or self.tip.get(path)


@record
class Contents:
    """Bytes of files by path, for every path of the differences: on the base branch, and here."""

    before: Mapping[str, bytes]
    after: Mapping[str, bytes]


@record
class Change:
    """A migration that is here otherwise than on the base branch.

    A new file has no `before`, a deleted one no `after`; the edit of both is NONE. A renamed one has
    both, and `renamed_from` its old path. `at` is the first changed line of `after`, its first line
    where none is, and None for a deleted file. Bytes that are not UTF-8 stand in the documents as
    replacement characters.
    """

    path: str
    before: Document | None
    after: Document | None
    edit: Edit
    renamed_from: str | None = None
    at: Span | None = None

    @property
    def is_new(self) -> bool:
        """Whether the base branch has no such migration."""
        return self.before is None

    @property
    def is_deleted(self) -> bool:
        """Whether the migration is gone."""
        return self.after is None

    @property
    def is_told(self) -> bool:
        """Whether there is something new to read: no runner minds a file's mode or its line ends."""
        return self.is_new or self.renamed_from is not None or self.is_edited

    @property
    def is_edited(self) -> bool:
        """Whether its text is another one."""
        return self.edit in {Edit.COMMENTS, Edit.SQL}


@record
class Unsure:
    """A path that may have changed: why nobody can tell, and how to mend that."""

    path: str
    why: str
    mend: str = ""


@record
class Missing:
    """Why there is nothing to compare with, and how to mend that."""

    why: str
    mend: str = ""


@record
class History:
    """What git knows of the migrations.

    `base` is the base branch in people's words, "" where there is none; `missing` then says why.
    `applied` are the paths on its tip, `shared` those at the merge base. `changes` are sorted by path.
    `assumed` says in a sentence what is taken as applied.
    """

    source: Source
    assumed: str
    base: str = ""
    applied: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()
    unsure: tuple[Unsure, ...] = ()
    missing: Missing | None = None

    def judged(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of the paths whose statements are judged: what is new, renamed, or changed in its text.

        Without a base that is all of them.
        """
        if self.missing is not None:
            return frozenset(paths)
        return frozenset(paths) & {change.path for change in self.changes if change.is_told}


@record
class Differences:
    """Paths that differ from the base branch, sorted; a rename is still one deleted and one added."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


def differences(trees: Trees) -> Differences:
    """Find what this branch does to the files.

    A file that stands here as it stood where the branch began, or as it stands on the base's tip, is
    not changed by this branch. Of one that cannot be read (without an id) nothing is said.
    """
    kinds: dict[str, list[str]] = {"added": [], "changed": [], "deleted": []}
    for path in sorted(_unlike(trees)):
        now = trees.here.get(path)
        known = (trees.merge_base.get(path), trees.tip.get(path))
        if any(_same(now, entry) for entry in known) or (now is not None and not now.blob):
            continue
        kind = "deleted" if now is None else "changed" if any(known) else "added"
        kinds[kind].append(path)
    return Differences(*(tuple(paths) for paths in kinds.values()))


def _unlike(trees: Trees) -> Iterator[str]:
    """Paths at which there is not the very file that the branch began with; at most of them there is."""
    here, before = trees.here, trees.merge_base
    for path, now in here.items():
        then = before.get(path)
        if then is None or then.blob != now.blob or then.mode != now.mode:
            yield path
    yield from (path for path in before if path not in here)


def _same(one: Entry | None, other: Entry | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.blob == other.blob and (one.mode == other.mode or _same_mode(one, other))


def _same_mode(one: Entry, other: Entry) -> bool:
    return (one.is_executable, one.is_link) == (other.is_executable, other.is_link)


def changes(
    trees: Trees, found: Differences, contents: Contents, obeyed: Obeyed, identity: Identity
) -> tuple[Change, ...]:
    """Differences with their documents and kinds of edit, sorted by path, renames put together."""
    pairs = renames(
        {path: _file(path, trees.here.get(path), contents.after[path]) for path in found.added},
        {path: _file(path, trees.before(path), contents.before[path]) for path in found.deleted},
        identity,
    )
    gone = set(pairs.values())
    made = [_added(path, contents) for path in found.added if path not in pairs]
    made += [_deleted(path, contents) for path in found.deleted if path not in gone]
    made += [_edited(trees, path, path, contents, obeyed) for path in found.changed]
    made += [_edited(trees, path, was, contents, obeyed) for path, was in pairs.items()]
    return tuple(sorted(made, key=lambda change: change.path))


def _file(path: str, entry: Entry | None, data: bytes) -> File:
    return File(path, entry.blob if entry else "", _text(data))


def _added(path: str, contents: Contents) -> Change:
    after = _document(path, contents.after[path])
    return Change(path, None, after, Edit.NONE, None, after.line_span(1))


def _deleted(path: str, contents: Contents) -> Change:
    return Change(path, _document(path, contents.before[path]), None, Edit.NONE)


def _edited(trees: Trees, path: str, was: str, contents: Contents, obeyed: Obeyed) -> Change:
    old, new = contents.before[was], contents.after[path]
    before, after = _document(was, old), _document(path, new)
    edit = edit_between(_text(old), _text(new), obeyed)
    then, now = trees.before(was), trees.here.get(path)
    if edit is Edit.NONE and then and now and not _same_mode(then, now):
        edit = Edit.MODE
    at = first_changed_line(before.text, after.text) if old != new else after.line_span(1)
    return Change(path, before, after, edit, was if was != path else None, at)


def _text(data: bytes) -> str:
    """Decode without loss, for comparing."""
    return data.decode("utf-8", "surrogateescape")


def _document(path: str, data: bytes) -> Document:
    return Document(path, data.decode("utf-8", "replace"))
