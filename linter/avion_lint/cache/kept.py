"""What a run said, and the files that it was said of: kept as bytes, and held against the files of another day.

A file counts as unchanged where its stamp says so, else where its content is the same. Nothing is kept but what the run
has printed, and digests.
"""

from __future__ import annotations

import os
import time
from operator import is_
from posixpath import dirname

from avion_lint.cache.packing import from_words, packed, unpacked, words
from avion_lint.cache.said import Said
from avion_lint.discovery.tree import Taken, Unreadable, WorkTree
from avion_lint.git.process import digest
from avion_lint.git.values import Content, Repository
from avion_lint.record import record, replace
from avion_lint.source import Document
from avion_lint.stamps import ABSENT, stamp_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from avion_lint.cache.basis import Basis

_UNSURE = "?"  # instead of a stamp: the content has to be looked at


@record
class Files:
    """Files below a folder as they were: stamps and what stands for their contents, by paths in the same order.

    `walked` stands for the list of all files there, "" where nobody made it; `below` is where it was made.
    """

    root: str
    paths: tuple[str, ...]
    stamps: tuple[str, ...]
    contents: tuple[str, ...]
    walked: str = ""
    below: tuple[str, ...] = ()


@record
class Kept:
    """What was said, of which files: those that git was asked of, the folders that they lie in, and all others."""

    said: Said
    asked: Files
    folders: tuple[str, ...]
    others: tuple[Files, ...]


def kept(said: Said, basis: Basis) -> Kept | None:
    """What there is to keep of a run; None where a folder is reached through a link, which stamps do not tell."""
    root = basis.repository.root if basis.repository else ""
    own = {path.rpartition("/")[0] for path in basis.asked}
    folders = tuple(sorted({above for folder in own for above in _upwards(folder)}))
    if any(os.path.realpath(f"{root}/{folder}") != f"{root}/{folder}" for folder in folders):
        return None
    contents = [basis.contents.get(path) for path in basis.asked]
    asked = Files(root, basis.asked, tuple(map(_stamp, contents)), tuple(map(_of_git, contents)))
    return Kept(said, asked, folders, tuple(map(_files, basis.trees)))


def _upwards(folder: str) -> Iterator[str]:
    """A folder and all that it lies in, without the root."""
    while folder:
        yield folder
        folder = dirname(folder)


def _of_git(content: Content | None) -> str:
    return ABSENT if content is None else f"{content.entry.mode} {content.entry.blob}"


def _files(tree: WorkTree) -> Files:
    paths = tuple(sorted(tree.taken))
    taken = [tree.taken[path] for path in paths]
    contents = tuple(_of_reading(each.content) for each in taken)
    stamps = tuple(map(_stamp, taken))
    walked = digest(words(tree.walked[0])) if tree.walked else ""
    return Files(tree.root, paths, stamps, contents, walked, tree.below)


def _of_reading(content: Document | Unreadable | None) -> str:
    if isinstance(content, Document):
        return content.sha256
    return ABSENT if content is None else f"!{digest(repr((content.why, content.mend)).encode(errors='replace'))}"


# --- whether it still holds --------------------------------------------------------------------------------------


def held(earlier: Kept, repository: Repository | None) -> Kept | None:
    """The same with the stamps that the files have now, itself where they are the same; None where a file is not."""
    if any(os.path.islink(f"{earlier.asked.root}/{folder}") for folder in earlier.folders):
        return None
    asked = _held(earlier.asked, lambda paths: _read_by_git(repository, paths))
    if asked is None:
        return None
    others: list[Files] = []
    for files in earlier.others:
        tree = WorkTree(files.root, below=files.below)
        if files.walked and digest(words(tree.paths())) != files.walked:
            return None
        if not files.walked and _is_led_away(files):
            return None
        found = _held(files, lambda paths, tree=tree, files=files: _read_by(tree, files, paths))  # type: ignore[misc]
        if found is None:
            return None
        others.append(found)
    same = asked is earlier.asked and all(map(is_, others, earlier.others))
    return earlier if same else replace(earlier, asked=asked, others=tuple(others))


def _is_led_away(files: Files) -> bool:
    """Whether a file with a stamp, to which no link led, is reached through one now; a list of all files tells it."""
    sure = (path for path, then in zip(files.paths, files.stamps, strict=True) if then != _UNSURE)
    folders = {above for path in sure for above in _upwards(dirname(path))}
    return any(os.path.islink(f"{files.root}/{folder}") for folder in folders)


def _held(files: Files, read: Reading) -> Files | None:
    now, start = time.time_ns(), f"{files.root}/"
    pairs = enumerate(zip(files.paths, files.stamps, strict=True))
    differing = [at for at, (path, then) in pairs if then != stamp_of(start + path, now)]
    stamps = list(files.stamps)
    found = read([files.paths[at] for at in differing]) if differing else {}
    for at in differing:
        stamps[at], content = found[files.paths[at]]
        if content != files.contents[at]:
            return None
    return replace(files, stamps=tuple(stamps)) if stamps != list(files.stamps) else files


def _read_by_git(repository: Repository | None, paths: Sequence[str]) -> Mapping[str, Look]:
    from avion_lint.git.worktree import work_tree  # noqa: PLC0415 - only where something was touched

    found = work_tree(repository, paths) if repository else {}
    return {path: (_stamp(found.get(path)), _of_git(found.get(path))) for path in paths}


def _read_by(tree: WorkTree, files: Files, paths: Iterable[str]) -> Mapping[str, Look]:
    then = dict(zip(files.paths, files.contents, strict=True))
    read = {path: tree.find(path) if then[path] == ABSENT else tree.read(path) for path in paths}
    return {path: (_stamp(tree.taken[path]), _of_reading(content)) for path, content in read.items()}


def _stamp(read: Content | Taken | None) -> str:
    """A link has no stamp here: what it leads to may change without it."""
    return (read.stamp if read else "") or _UNSURE


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Look = tuple[str, str]
    """The stamp of a file, and what stands for its content."""
    Reading = Callable[[Sequence[str]], Mapping[str, Look]]


# --- as bytes ----------------------------------------------------------------------------------------------------


def write(whole: Kept) -> bytes:
    """The bytes of what is kept."""
    said = whole.said
    summary = None if said.summary is None else said.summary.encode("utf-8", "backslashreplace")
    told = (said.report, said.sarif, summary)
    return packed(
        (
            b"%d" % said.code,
            *(b"" if part is None else b"=" + part for part in told),
            words(whole.folders),
            *(_packed_files(files) for files in (whole.asked, *whole.others)),
        )
    )


def _packed_files(files: Files) -> bytes:
    parts = (files.paths, files.stamps, files.contents, (files.walked or ABSENT, *files.below))
    return packed((files.root.encode("utf-8", "surrogatepass"), *map(words, parts)))


def read(data: bytes) -> Kept:
    """What was kept; raises ValueError for other bytes."""
    code, report, sarif, summary, folders, asked, *others = unpacked(data)
    said = Said(int(code), report[1:], sarif[1:] if sarif else None, summary[1:].decode() if summary else None)
    return Kept(said, _unpacked_files(asked), tuple(from_words(folders)), tuple(map(_unpacked_files, others)))


def _unpacked_files(part: bytes) -> Files:
    root, *parts = unpacked(part)
    paths, stamps, contents, (walked, *below) = (from_words(each) for each in parts)
    if not len(paths) == len(stamps) == len(contents):
        raise ValueError("the lists are not of one length")
    return Files(
        root.decode("utf-8", "surrogatepass"),
        tuple(paths),
        tuple(stamps),
        tuple(contents),
        "" if walked == ABSENT else walked,
        tuple(below),
    )
