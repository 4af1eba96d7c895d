"""The files that a run is about: from the work tree, the index or standard input, with what git says of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping

from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.inputs import under, walked
from avion_lint.delivery.kinds import kind_of
from avion_lint.discovery.tree import Overlay, StoredTree, WorkTree
from avion_lint.git import Content, Entry, Repository, blob_id, blobs
from avion_lint.history.changes import Source
from avion_lint.history.survey import Survey, read_files, survey
from avion_lint.record import record, replace
from avion_lint.source import Document, Later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from avion_lint.cache.ledger import Ledger
    from avion_lint.discovery.tree import Tree

_BESIDE = ("avion-lint.sum", ".sql.conf", "flyway.conf", "flyway.toml", "go.mod", ".yaml", ".yml", ".properties")


@record
class Files:
    """The tree that is judged and, where git is asked, what it says; `contents` are the files that it compares.

    `asked` are the paths that were looked for, `plain` those whose text is known to be no other database's.
    """

    tree: Tree
    surveyed: Survey | None
    contents: dict[str, Content]
    asked: tuple[str, ...] = ()
    plain: frozenset[str] = frozenset()

    def with_file(self, path: str, data: bytes) -> Files:
        """The same files with one more, or one with another content."""
        tree = Overlay(self.tree, path, data)
        if self.surveyed is None or self.surveyed.repository is None:
            return replace(self, tree=tree)
        known = self.contents.get(path)
        blob = blob_id(data, self.surveyed.repository.object_format)
        content = Content(Entry(known.entry.mode if known else "100644", blob), data)
        # What is skipped is taken as it is given here, and not asked for in the work tree.
        listing = replace(self.surveyed.files, skipped=self.surveyed.files.skipped | {path})
        return Files(tree, replace(self.surveyed, files=listing), {**self.contents, path: content})

    def with_texts(self, texts: Mapping[str, str]) -> Files:
        """The same files with other texts in some of them."""
        files = self
        for path in sorted(texts):
            files = files.with_file(path, texts[path].encode())
        return files


def files_of(
    given: Namespace, root: str | os.PathLike[str], base: str | None, repository: Repository | None = None
) -> Files:
    """Files of the run; `base` is the settings' own, `repository` that of the root where it was found already.

    Raises UsageError, GitError.
    """
    files = _files(given, root, base, repository)
    if not given.stdin_filename:
        return files
    return files.with_file(under(root, given.stdin_filename), sys.stdin.buffer.read())


def _files(given: Namespace, root: str | os.PathLike[str], base: str | None, repository: Repository | None) -> Files:
    if given.no_git:
        if given.staged or given.base is not None:
            raise UsageError("--no-git goes with neither --staged nor --base, which ask git")
        return Files(walked(root, given.paths), None, {})
    source = Source.INDEX if given.staged else Source.WORK_TREE
    surveyed = survey(root, source, given.base if given.base is not None else base, os.environ, repository)
    if surveyed.error and surveyed.repository and surveyed.repository.shallow and not given.all:
        raise surveyed.error  # there is a base branch, but this clone does not have it
    if surveyed.repository is None:
        return Files(walked(root, given.paths), surveyed, {})
    asked = relevant(surveyed.paths)
    ledger = None if given.staged or given.no_cache else _ledger(surveyed.repository)
    contents = read_files(surveyed, asked, ledger.known if ledger else None)
    if given.staged:
        links = frozenset(path for path, content in contents.items() if content.entry.is_link)
        stored = StoredTree({path: content.data for path, content in contents.items()}, links)
        return Files(stored, surveyed, contents, asked)
    tree = WorkTree(os.fspath(root), tuple(sorted(contents)), known=dict(_regular(contents)))
    if ledger is None:
        return Files(tree, surveyed, contents, asked)
    ledger.keep(contents, _is_plain)
    plain = (path for path, content in contents.items() if content.later is not None and ledger.known[path].plain)
    return Files(tree, surveyed, contents, asked, frozenset(plain))


def _regular(contents: Mapping[str, Content]) -> Iterator[tuple[str, bytes | Document]]:
    """Regular files with their bytes, from the index what a sparse checkout leaves out; who reads a link follows it.

    What is known stands as a document that is read when it is wanted.
    """
    for path, content in contents.items():
        if content.later is not None:
            yield path, Later(path, content.later)
        elif content.read is not None and not content.entry.is_link:
            yield path, content.read


def _ledger(repository: Repository) -> Ledger:
    from avion_lint.cli.cache import ledger_in  # noqa: PLC0415 - not every run has one

    return ledger_in(os.environ, repository)


def _is_plain(text: str) -> bool:
    from avion_lint.sql.evidence import may_be_foreign  # noqa: PLC0415 - only where many files are new

    return not may_be_foreign(text)


def left_behind(files: Files) -> Tree | None:
    """What the base branch has in folders that hold no SQL any more; None where there is no such folder."""
    surveyed = files.surveyed
    if surveyed is None or surveyed.repository is None:
        return None
    base = (surveyed.tip, surveyed.merge_base)
    gone = {path: entry.blob for tree in base for path, entry in tree.items() if path not in files.contents}
    if not gone:
        return None
    folders = {path.rpartition("/")[0] for path in files.contents if path.lower().endswith(".sql")}
    gone = {path: gone[path] for path in relevant(tuple(gone)) if path.rpartition("/")[0] not in folders}
    if not any(path.lower().endswith(".sql") for path in gone):
        return None
    data = blobs(surveyed.repository, gone.values())
    return StoredTree({path: data[blob] for path, blob in gone.items()})


def relevant(paths: Collection[str]) -> tuple[str, ...]:
    """Paths that can be migrations or say how they are run; Go files only beside SQL, what lies in a folder `x.sql`."""
    sql = {path for path in paths if path.endswith(".sql") or path.lower().endswith(".sql")}
    folders = {path.rpartition("/")[0] for path in sql}
    others = [path for path in paths if path not in sql]
    code = [path for path in others if path.endswith(".go") and path.rpartition("/")[0] in folders]
    beside = [path for path in others if path.lower().endswith(_BESIDE) or kind_of(path)]
    inside = [path for path in others if ".sql/" in path]
    return tuple(sorted({*sql, *code, *beside, *inside}))
