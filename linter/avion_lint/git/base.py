"""Decides what a change is judged against: the base that was asked for, or the branch that it will go to."""

from __future__ import annotations

import os

from avion_lint.git.errors import UNSHALLOW, GitError, Trouble, explain
from avion_lint.git.merge_queue import merge_group_base
from avion_lint.git.process import PLACE, ask, ask_gently, note
from avion_lint.git.references import references_in, references_in_files
from avion_lint.git.values import Base, Compared, Repository
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_ORIGIN_HEAD = "refs/remotes/origin/HEAD"
_USUAL = ("main", "master")
_SHORT = 10
_UNKNOWN = (
    "unknown revision",
    "bad revision",
    "ambiguous argument",
    "expected commit",
    "does not exist in",
    "exists on disk, but not in",
)


@record
class _Candidate:
    """A base that may exist: for people, and as git is asked."""

    name: str
    revision: str


@record
class _Wanted:
    """Where to look, in order; `asked` names what somebody asked for by name, and `mend` how to get it."""

    candidates: tuple[_Candidate, ...]
    asked: str = ""
    mend: str = ""


def resolve_base(repository: Repository, requested: str | None, environment: Mapping[str, str]) -> Base:
    """Find the base that the commit checked out is judged against.

    That is `requested` (any expression for a commit), else the branch that GITHUB_BASE_REF in `environment`
    names, else in a merge queue of GitHub's the commit that the merge group is built on, else origin's default
    branch, origin/main, origin/master, main or master. A base that was asked for, also by GitHub's variables, is
    never replaced by another. The question is noted. Raises GitError.
    """
    about = () if requested is None else (requested,)
    try:
        base = _base(repository, requested, environment)
    except GitError as error:
        note(repository, "base", about, repr((error.trouble.name, error.text, error.mend)).encode(errors="replace"))
        raise
    note(repository, "base", about, repr(base).encode(errors="replace"))
    return base


def _base(repository: Repository, requested: str | None, environment: Mapping[str, str]) -> Base:
    if repository.head is None:
        raise GitError(
            Trouble.UNBORN, "the branch has no commit yet, so there is nothing to compare with", "commit once"
        )
    wanted = _wanted(requested, environment)
    first, *others = wanted.candidates
    if _is_elsewhere(repository, first):
        base, others = None, [*wanted.candidates]
    else:
        base = _resolve(repository, repository.head, first)
    if base is None and others:
        existing = _existing(repository, others)
        base = _resolve(repository, repository.head, existing[0]) if existing else None
    if base is None:
        raise _none(repository, wanted)
    return base


def _is_elsewhere(repository: Repository, candidate: _Candidate) -> bool:
    """Whether origin's default branch has no file here, as most often where there is none; git says for certain."""
    return candidate.revision == _ORIGIN_HEAD and not os.path.lexists(os.path.join(repository.git_dir, _ORIGIN_HEAD))


def _existing(repository: Repository, candidates: list[_Candidate]) -> list[_Candidate]:
    """Those of the candidates that are references."""
    known = references_in_files(repository)
    if known is None:
        names = [candidate.revision for candidate in candidates]
        answer = ask(repository, "for-each-ref", "--format=%(refname)", "--", *names, noted=True)
        known = os.fsdecode(answer).splitlines().__contains__
    return [candidate for candidate in candidates if known(candidate.revision)]


def _wanted(requested: str | None, environment: Mapping[str, str]) -> _Wanted:
    if requested is not None:
        return _requested(requested)
    branch = environment.get("GITHUB_BASE_REF", "")
    if branch:
        _refuse_odd(branch, "GITHUB_BASE_REF")
        return _Wanted(
            (_remote(branch), _local(branch)),
            f"the base branch {branch} (GITHUB_BASE_REF)",
            f"fetch it: `git fetch origin {branch}:refs/remotes/origin/{branch}`",
        )
    group = merge_group_base(environment)
    if group is not None:
        return _Wanted(
            (_Candidate(group[:_SHORT], group),),
            f"{group[:_SHORT]}, which the merge group is built on,",
            "check out the merge group's commit with its history: `fetch-depth: 0` for actions/checkout",
        )
    usual = (*(_remote(name) for name in _USUAL), *(_local(name) for name in _USUAL))
    return _Wanted((_Candidate("origin/HEAD", _ORIGIN_HEAD), *usual))


def _requested(revision: str) -> _Wanted:
    _refuse_odd(revision, "the base")
    return _Wanted(
        (_Candidate(revision, revision),),
        f"the base {revision}",
        "see whether `git rev-parse` knows it here, or fetch it with `git fetch`",
    )


def _refuse_odd(text: str, what: str) -> None:
    """Refuse what git would take for an option, a range or an exclusion, or could not be handed on."""
    if not text or text[0] in "-^" or ".." in text or not text.isprintable():
        raise GitError(
            Trouble.UNKNOWN_REVISION,
            f"{what} is not a single commit: {text!r}",
            "give a branch, a tag or a commit",
        )


def _remote(branch: str) -> _Candidate:
    return _Candidate(f"origin/{branch}", f"refs/remotes/origin/{branch}")


def _local(branch: str) -> _Candidate:
    return _Candidate(branch, f"refs/heads/{branch}")


def _resolve(repository: Repository, head: str, candidate: _Candidate) -> Base | None:
    """Ask for tip, merge bases and full name at once; None where git does not know the candidate."""
    known = repository.compared
    if known is not None and known.revision == candidate.revision:
        return _made(repository, candidate, known)
    answer = ask_gently(
        repository,
        "rev-parse",
        f"{candidate.revision}^{{commit}}...{head}",
        "--symbolic-full-name",
        candidate.revision,
        noted=True,
    )
    if answer.code != 0:
        if any(sign in answer.err for sign in _UNKNOWN):
            return None
        raise explain(answer.err, repository.root)
    lines = os.fsdecode(answer.out).splitlines()
    tip = next((line for line in lines[:2] if line != head), head)
    bases = tuple(line[1:] for line in lines if line.startswith("^"))
    return _made(repository, candidate, Compared(candidate.revision, lines[-1], tip, bases))


def _made(repository: Repository, candidate: _Candidate, compared: Compared) -> Base:
    if not compared.merge_bases:
        raise _unrelated(repository, candidate.name)
    name = candidate.name if candidate.revision != _ORIGIN_HEAD else _default_name(compared.full_name)
    return Base(name, compared.tip, compared.merge_bases[0])


def expected_base(path: str | os.PathLike[str], requested: str | None, environment: Mapping[str, str]) -> str | None:
    """The revision that will be the base, as far as files tell it; None where git has to be asked first.

    `path` is a folder with git's own, as a clone has it. Nothing is raised: who is asked for the base tells.
    """
    git_dir = os.path.join(path, ".git")
    if any(name in environment for name in PLACE) or not os.path.isdir(git_dir):
        return None
    try:
        candidates = _wanted(requested, environment).candidates
        known = references_in(git_dir)
    except GitError:
        return None
    if len(candidates) == 1:
        return candidates[0].revision
    if known is None:
        return None
    return next((each.revision for each in candidates if known(each.revision)), None)


def _default_name(full_name: str) -> str:
    return full_name.removeprefix("refs/remotes/") if full_name.startswith("refs/remotes/") else "origin/HEAD"


def _unrelated(repository: Repository, name: str) -> GitError:
    text = f"the commit checked out and {name} have no commit in common"
    if repository.shallow:
        return GitError(Trouble.NO_MERGE_BASE, f"{text}: this clone is shallow", UNSHALLOW)
    return GitError(Trouble.NO_MERGE_BASE, text, "name the branch that this one came from with `--base`")


def _none(repository: Repository, wanted: _Wanted) -> GitError:
    if not wanted.asked:
        names = ", ".join(candidate.name for candidate in wanted.candidates)
        text = f"there is no branch to compare with: none of {names} exists"
        return GitError(Trouble.NO_BASE, text, UNSHALLOW if repository.shallow else "name one with `--base`")
    text = f"{wanted.asked} is not known in this clone"
    if repository.shallow:
        return GitError(Trouble.UNKNOWN_REVISION, f"{text}, which is shallow", UNSHALLOW)
    return GitError(Trouble.UNKNOWN_REVISION, text, wanted.mend)
