"""What git answers, as values: a repository, a base, files with their blobs, and where a file landed."""

from __future__ import annotations

from avion_lint.record import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LINK = "120000"
SUBMODULE = "160000"


@record
class Repository:
    """A repository with a work tree.

    `root` and `git_dir` are absolute paths. `head` is the commit that is checked out, None before the first.
    `object_format` is "sha1" or "sha256". `index_file` is the absolute path of the index where the
    environment names one, as git does for its hooks. `asked` is what was asked of it until now, in this order;
    `compared` is what git said of the base that was expected, where it was asked for at once, and `listing` what it
    said of the files to who only wanted to know whether they are the same: it is for the one who asks next.
    """

    root: str
    git_dir: str
    head: str | None
    shallow: bool
    object_format: str
    index_file: str | None = None
    asked: list[Asked] = field(default_factory=list, compare=False)
    compared: Compared | None = field(default=None, compare=False)
    listing: list[bytes] = field(default_factory=list, compare=False)


@record
class Compared:
    """A revision, what it is called in full, the commit that it names, and what that shares with HEAD."""

    revision: str
    full_name: str
    tip: str
    merge_bases: tuple[str, ...]


@record
class Asked:
    """A question to git that may have another answer the next time, and a digest of the answer that it had.

    What follows from object ids alone is never such a question. `name` is "" where nobody knows how to ask it again.
    """

    name: str
    about: tuple[str, ...]
    answer: str


@record
class Base:
    """What a change is judged against.

    `name` is for people ("origin/main"), `tip` the commit that it names, `merge_base` the last commit that it
    shares with the one checked out.
    """

    name: str
    tip: str
    merge_base: str


@record
class Entry:
    """A file at one moment: git's mode in octal digits, and the id of its content ("" if that is unknown)."""

    mode: str
    blob: str

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link; its content is then the path that it leads to."""
        return self.mode == LINK

    @property
    def is_executable(self) -> bool:
        """Whether it may be run, the one permission that git records."""
        return not self.is_link and int(self.mode, 8) & 0o100 != 0


@record
class Content:
    """A file and its bytes; without bytes it is there but cannot be read.

    `stamp` tells of a file of the work tree whether it still is as it was read, see avion_lint.stamps. Of one that is
    known already `later` reads the bytes, each time that they are asked for; it raises GitError where they are others.
    """

    entry: Entry
    read: bytes | None
    stamp: str = ""
    later: Callable[[], bytes] | None = field(default=None, compare=False)

    @property
    def data(self) -> bytes | None:
        """The bytes, None where they cannot be read."""
        return self.read if self.later is None else self.later()

    @property
    def is_readable(self) -> bool:
        """Whether there are bytes."""
        return self.read is not None or self.later is not None


@record
class Known:
    """A file of the work tree as it was when it was read: its stamp, its mode and the id of its content.

    `plain` tells that its text has nothing that could be the SQL of another database than PostgreSQL.
    """

    stamp: str
    entry: Entry
    plain: bool


@record
class Listing:
    """The files that belong to the work tree, by path from its root.

    `tracked` is what the index holds, without submodules; `untracked` is what is neither tracked nor ignored;
    `skipped` are the tracked paths that a sparse checkout keeps out of the work tree.
    """

    tracked: Mapping[str, Entry]
    untracked: frozenset[str]
    skipped: frozenset[str]


@record
class Index:
    """What the next commit would hold, and the paths that a merge has left undecided."""

    entries: Mapping[str, Entry]
    unmerged: frozenset[str]


@record
class Converted:
    """What git would store for files of the work tree.

    `blobs` holds ids by path. `filtered` are the paths that git would pass through a filter driver: that is a
    command, which is not run, so that nothing is known of them.
    """

    blobs: Mapping[str, str]
    filtered: frozenset[str]


@record
class Landing:
    """The first-parent commit in which a file was added.

    `order` counts those commits from the oldest, `when` is the commit's time in seconds since 1970 (UTC).
    `known` is False where a shallow clone ends at that commit, so that the file may be older.
    """

    order: int
    commit: str
    when: int
    known: bool = True


@record
class Step:
    """What a commit did to one file: as it was, None where it was not there, and as it is then."""

    path: str
    before: Entry | None
    after: Entry | None


@record
class Commit:
    """A commit of the first-parent history with what it did to files, against its first parent.

    `when` is the commit's time in seconds since 1970 (UTC). `known` is False where a shallow clone ends at it, so that
    what it has may be older.
    """

    id: str
    when: int
    parents: tuple[str, ...]
    steps: tuple[Step, ...]
    known: bool = True


@record
class Tag:
    """A tag: its name without refs/tags/, the commit that it names, and when it was made (seconds since 1970)."""

    name: str
    commit: str
    when: int
