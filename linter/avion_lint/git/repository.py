"""Finds the repository that a path belongs to, and says why there is none."""

from __future__ import annotations

import os

from avion_lint.git.errors import GitError, Trouble, broken, explain
from avion_lint.git.process import Answer, ask_gently, environment, is_object_id, run
from avion_lint.git.values import Compared, Repository
from avion_lint.record import replace

_FLAGS = (
    "rev-parse",
    "--is-bare-repository",
    "--is-shallow-repository",
    "--show-object-format",
    "--absolute-git-dir",
    "--is-bare-repository",  # again, as a mark between two paths that may hold line feeds
    "--show-toplevel",
    "HEAD^{commit}",
)
_LINES = 3  # before the first path
_BETWEEN = "\nfalse\n"


def find_repository(path: str | os.PathLike[str], expected: str | None = None) -> Repository:
    """Repository whose work tree holds the path, which need not exist.

    Honours GIT_DIR, GIT_WORK_TREE and GIT_INDEX_FILE, which git sets for its hooks, where they mean a work
    tree that the path is in. The same process asks about the revision that is `expected` to be the base; that
    git does not know it does no harm. Raises GitError.
    """
    start = _folder(os.path.abspath(path))
    if "GIT_DIR" in os.environ or "GIT_WORK_TREE" in os.environ:
        given = _given(start)
        if given is not None:
            return given
    if expected is not None:
        found = _with_base(expected, start)
        if found is not None:
            return _checked(found, start)
    return _checked(_read(run(_FLAGS, cwd=start, variables=environment({})), start), start)


def _with_base(expected: str, start: str) -> Repository | None:
    """The repository and what git says of the expected base; None where it does not answer both."""
    more = (f"{expected}^{{commit}}...HEAD", "--symbolic-full-name", expected)
    answer = run((*_FLAGS, *more), cwd=start, variables=environment({}))
    lines = os.fsdecode(answer.out).removesuffix("\n").split("\n")
    # The last line is the base's full name, which a commit that is named by its id does not have.
    full_name = "" if lines[-1].startswith("^") else lines.pop()
    end = next((at for at in range(len(lines), 0, -1) if not lines[at - 1].startswith("^")), 0)
    if answer.code != 0 or end < _LINES or not all(map(is_object_id, lines[end - 3 : end])):
        return None
    head, *pair = lines[end - 3 : end]
    tip = next((line for line in pair if line != head), head)
    repository = _read(replace(answer, out=os.fsencode("\n".join((*lines[: end - 2], "")))), start)
    bases = tuple(line[1:] for line in lines[end:])
    return replace(repository, compared=Compared(expected, full_name, tip, bases))


def _folder(path: str) -> str:
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path


def _given(start: str) -> Repository | None:
    """Read the repository of the environment, whose relative paths start at the current folder."""
    here = os.getcwd()
    try:
        repository = _read(run(_FLAGS, cwd=here, variables=environment(None)), here)
    except GitError:
        if _inside(start, os.path.realpath(here)):
            raise
        return None
    return repository if _inside(start, repository.root) else None


def _inside(path: str, root: str) -> bool:
    path = os.path.realpath(path)
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _read(answer: Answer, start: str) -> Repository:
    lines = os.fsdecode(answer.out).split("\n", _LINES)
    if lines[0] == "true":
        raise GitError(
            Trouble.BARE,
            f"{start} is in a bare repository, which has no files to judge",
            "clone it, or add a work tree",
        )
    paths, head = _last_line(lines[-1], answer.code)
    folders = _folders(paths) if len(lines) > _LINES else None
    if folders is None:
        raise _refusal(answer.err, start)
    git_dir, root = folders
    # A git that does not know the option repeats it; it knows SHA-1 alone then.
    object_format = "sha256" if lines[2] == "sha256" else "sha1"
    repository = Repository(root, git_dir, None, lines[1] == "true", object_format, _index_file(root))
    return _with_head(repository, head)


def _last_line(text: str, code: int) -> tuple[str, str | None]:
    """Split off the commit; git repeats the expression that it cannot resolve, or says nothing."""
    text = text.removesuffix("\n")
    if code != 0:
        return text.removesuffix("\n" + _FLAGS[-1]), None
    paths, _, head = text.rpartition("\n")
    return paths, head


def _folders(paths: str) -> tuple[str, str] | None:
    """Git's own folder and the work tree's root. The word between them could be a part of either."""
    at = paths.find(_BETWEEN)
    while at >= 0:
        git_dir, root = paths[:at], paths[at + len(_BETWEEN) :]
        if os.path.isdir(git_dir) and os.path.isdir(root):
            return git_dir, os.path.realpath(root)
        at = paths.find(_BETWEEN, at + 1)
    return None


def _refusal(words: str, start: str) -> GitError:
    if "must be run in a work tree" in words:
        return GitError(
            Trouble.NO_REPOSITORY,
            f"{start} is inside git's own folder, not in a work tree",
            "give a path of the work tree",
        )
    error = explain(words, start)
    marker = _marker(start, os.sep)
    if error.trouble is Trouble.NO_REPOSITORY and marker is not None:
        return broken(marker, ".git is there, but git does not take it for a repository")
    return error


def _index_file(root: str) -> str | None:
    """Path of the index that git gives its hooks, which run in the work tree's root."""
    given = os.environ.get("GIT_INDEX_FILE")
    if not given or not _inside(os.getcwd(), root):
        return None
    return os.path.join(root, given)


def _with_head(repository: Repository, head: str | None) -> Repository:
    if head is None and not _is_unborn(repository):
        raise broken(repository.root, "HEAD names a commit that cannot be read")
    return replace(repository, head=head)


def _is_unborn(repository: Repository) -> bool:
    """Whether HEAD is a branch without a commit, and not one that is damaged."""
    branch = ask_gently(repository, "symbolic-ref", "--quiet", "HEAD", noted=True)
    if branch.code != 0:
        return False
    name = os.fsdecode(branch.out).removesuffix("\n")
    seen = ask_gently(repository, "for-each-ref", "--format=%(refname)", name, noted=True)
    return seen.code == 0 and not seen.out and not seen.err


def _checked(repository: Repository, start: str) -> Repository:
    """Refuse where git went past a damaged repository on the way up, or keeps the files elsewhere."""
    if not _inside(start, repository.root):
        raise GitError(
            Trouble.BARE,
            f"{start} is not in the work tree of its repository, which is {repository.root} (core.worktree)",
            "give a path of the work tree",
        )
    marker = _marker(os.path.realpath(start), repository.root)
    if marker is not None:
        raise broken(marker, ".git is there, but git does not take it for a repository")
    return repository


def _marker(start: str, end: str) -> str | None:
    """Find the nearest folder with a `.git`, from `start` up to, but without, `end`."""
    folder = start
    while folder != end and folder != os.path.dirname(folder):
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        folder = os.path.dirname(folder)
    return None
