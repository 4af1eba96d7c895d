"""What can go wrong with git, in plain words, and what to do about it."""

from __future__ import annotations

from avion_lint.enumeration import StrEnum


class Trouble(StrEnum):
    """The ways in which git cannot answer."""

    NO_GIT = "no-git"
    NO_REPOSITORY = "no-repository"
    BARE = "bare"
    UNBORN = "unborn"
    NO_BASE = "no-base"
    UNKNOWN_REVISION = "unknown-revision"
    NO_MERGE_BASE = "no-merge-base"
    OWNERSHIP = "ownership"
    MISSING_OBJECTS = "missing-objects"
    BROKEN = "broken"
    TIMEOUT = "timeout"


class GitError(Exception):
    """Git cannot answer: `text` says what is wrong, `mend` what to do about it, both without a full stop."""

    def __init__(self, trouble: Trouble, text: str, mend: str = "") -> None:
        self.trouble = trouble
        self.text = printable(text)
        self.mend = printable(mend)
        super().__init__(f"{self.text}; {self.mend}" if mend else self.text)

    @property
    def leaves_no_history(self) -> bool:
        """Whether there is simply nothing to compare with, so that a run may go on and say what it assumed.

        Everything else is a fault that somebody has to mend first.
        """
        return self.trouble in _NO_HISTORY


_NO_HISTORY = frozenset({Trouble.NO_GIT, Trouble.NO_REPOSITORY, Trouble.UNBORN, Trouble.NO_BASE})

_MISSING = ("promisor remote", "lazy fetching", "could not fetch", "not allowed")
UNSHALLOW = (
    "fetch the whole history: `fetch-depth: 0` for actions/checkout in GitHub Actions, "
    "elsewhere `git fetch --unshallow`"
)


def explain(words: str, root: str) -> GitError:
    """Error for what git wrote when it failed in the folder `root`; git's texts are those of LC_ALL=C."""
    if "not a git repository" in words:
        mend = "run it in the repository of the migrations, or with `--no-git`, which judges every file by itself"
        return GitError(Trouble.NO_REPOSITORY, f"{root} is not in a git repository", mend)
    if "dubious ownership" in words or "unsafe repository" in words:
        return _ownership(words, root)
    if any(sign in words for sign in _MISSING):
        return missing_objects(root)
    return broken(root, words)


def _ownership(words: str, root: str) -> GitError:
    quoted = words.split("'")
    owned = quoted[1] if len(quoted) > 1 else root
    return GitError(
        Trouble.OWNERSHIP,
        f"git does not trust the repository {owned}: it belongs to another user",
        f"if you trust it, run `git config --global --add safe.directory {owned}`",
    )


def missing_objects(root: str) -> GitError:
    """Error for objects that a partial clone has not fetched, which is not done here."""
    return GitError(
        Trouble.MISSING_OBJECTS,
        f"{root} is a partial clone without the contents that are needed, and a check fetches nothing",
        "clone without `--filter`, or fetch the rest with `git fetch --refetch --no-filter`",
    )


def broken(root: str, words: str) -> GitError:
    """Error for a repository that git cannot read, with the first thing that git said about it."""
    said = next((line.strip() for line in words.splitlines() if line.strip()), "git gave no reason")
    said = said.removeprefix("fatal: ").removeprefix("error: ")
    return GitError(
        Trouble.BROKEN,
        f"git cannot read the repository {root}: {said}",
        "run `git fsck` there, or clone it again",
    )


def printable(text: str) -> str:
    """Put a question mark for everything in the text that could steer a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
