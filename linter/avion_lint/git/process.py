"""Runs git: one place for every process, where all that could run a repository's commands is off."""

from __future__ import annotations

import os

from avion_lint.git.errors import GitError, Trouble, explain
from avion_lint.git.spawn import TooLongError, talk
from avion_lint.git.values import Asked, Repository
from avion_lint.hashing import hasher
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT = 120.0

# A repository's configuration can name commands. These are the ones that a command used here could come to:
# the file system monitor, hooks, signature checks, merge drivers (log.diffMerges=remerge), ssh, credentials.
# The other settings would change answers.
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.sshCommand=false",
    "core.askPass=false",
    "credential.helper=",
    "log.showSignature=false",
    "log.diffMerges=first-parent",
    "log.showRoot=true",
    "log.follow=false",
    "diff.ignoreSubmodules=all",
    "submodule.recurse=false",
)
_OPTIONS = ("--no-pager", *(word for setting in _SETTINGS for word in ("-c", setting)))

# GIT_NO_LAZY_FETCH keeps a partial clone from fetching; a git that does not know it is stopped by the list of
# allowed transports, on which there is none.
_VARIABLES = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
_UNWANTED = (
    "GIT_TRACE",
    "GIT_EXTERNAL_DIFF",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
)
PLACE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")


@record
class Answer:
    """What git wrote, and its exit code."""

    code: int
    out: bytes
    err: str


def ask(repository: Repository, *arguments: str, stdin: bytes = b"", noted: bool = False) -> bytes:
    """Ask git in the repository; raises GitError where it fails. `noted` is as for `ask_gently`."""
    answer = ask_gently(repository, *arguments, stdin=stdin, noted=noted)
    if answer.code != 0:
        note(repository, "", arguments[:1], answer.out)
        raise explain(answer.err, repository.root)
    return answer.out


def ask_gently(repository: Repository, *arguments: str, stdin: bytes = b"", noted: bool = False) -> Answer:
    """Ask git in the repository; a failure is an answer as well.

    `noted` says that the answer follows from object ids alone, or that the caller notes the question; all others count
    as such that nobody can ask again.
    """
    if not noted:
        note(repository, "", arguments[:1], b"")
    place = {"GIT_DIR": repository.git_dir, "GIT_WORK_TREE": repository.root}
    if repository.index_file is not None:
        place["GIT_INDEX_FILE"] = repository.index_file
    return run(arguments, cwd=repository.root, variables=environment(place), stdin=stdin)


def note(repository: Repository, name: str, about: tuple[str, ...], answer: bytes) -> None:
    """Note what was asked and its answer; avion_lint.git.again knows the names, and how each is asked again."""
    repository.asked.append(Asked(name, about, digest(answer)))


def digest(data: bytes) -> str:
    """What stands for an answer where only its sameness matters, in hexadecimal."""
    return str(hasher("blake2b")(data, digest_size=16).hexdigest())


_COMPLAINT = 1 << 16  # bytes


def ask_in_part(repository: Repository, arguments: tuple[str, ...], most: int, *, empty: int) -> bytes:
    """Ask git, and take no more than `most` bytes of its answer; `empty` is the exit code of an empty one.

    Raises GitError.
    """
    import subprocess  # noqa: PLC0415 - only where the application's code is searched
    import tempfile  # noqa: PLC0415 - for this only: what git complains of must not fill a pipe that nobody reads

    place = {"GIT_DIR": repository.git_dir, "GIT_WORK_TREE": repository.root}
    command = (_executable(), *_OPTIONS, *arguments)
    try:
        with (
            tempfile.TemporaryFile() as complaints,
            subprocess.Popen(
                command,
                cwd=repository.root,
                env=environment(place),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
            ) as process,
        ):
            out = process.stdout.read(most) if process.stdout else b""
            if len(out) == most:
                process.kill()
                return out
            code = process.wait(TIMEOUT)
            complaints.seek(0)
            words = complaints.read(_COMPLAINT).decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired) as error:
        note(repository, "", arguments[:1], b"")
        raise GitError(Trouble.BROKEN, f"git {arguments[0]} in {repository.root} did not end: {error}") from None
    if code not in (0, empty):
        note(repository, "", arguments[:1], b"")
        raise explain(words, repository.root)
    return out


def environment(place: Mapping[str, str] | None) -> dict[str, str]:
    """Environment for git: the caller's, made safe.

    `place` replaces what it says about where the repository is; with None that stays.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_UNWANTED)}
    if place is not None:
        kept = {name: value for name, value in kept.items() if name not in PLACE} | dict(place)
    return kept | _VARIABLES


def run(arguments: tuple[str, ...], *, cwd: str, variables: Mapping[str, str], stdin: bytes = b"") -> Answer:
    """Run git in the folder `cwd`; raises GitError where it is absent or does not end."""
    command = (_executable(), "-C", cwd, *_OPTIONS, *arguments)
    try:
        code, out, err = talk(command, variables, stdin, TIMEOUT)
    except TooLongError as error:
        raise GitError(
            Trouble.TIMEOUT,
            f"git {arguments[0]} in {cwd} did not end within {TIMEOUT:.0f} seconds",
            "see whether the disk answers, and whether `git status` does",
        ) from error
    except OSError as error:
        raise GitError(Trouble.BROKEN, f"git cannot be started in {cwd}: {error.strerror}") from error
    return Answer(code, out, err.decode(errors="replace"))


def _executable() -> str:
    """Find git on PATH, except in folders that are named relatively: they could be the repository's."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):  # `os.get_exec_path` loads `warnings`
        path = os.path.join(folder, "git")
        if os.path.isabs(folder) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise GitError(Trouble.NO_GIT, "git is not installed, or not on PATH", "install git")


def is_object_id(text: str) -> bool:
    """Whether this is a full object id, and so neither an option nor an expression."""
    return len(text) in {40, 64} and not set(text) - set("0123456789abcdef")
