"""Reads tags, and how far each of them reaches into the first-parent history of a branch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from avion_lint.git.process import ask, note
from avion_lint.git.values import Repository, Tag

_FORMAT = "%(refname:lstrip=2)%00%(objecttype) %(objectname)%00%(*objecttype) %(*objectname)%00%(creatordate:unix)"
_KIND = "commit"


def tags(repository: Repository) -> tuple[Tag, ...]:
    """All tags that name commits, sorted by name. Raises GitError."""
    out = ask(repository, "for-each-ref", f"--format={_FORMAT}", "refs/tags/", noted=True)
    note(repository, "tags", (), out)
    found: list[Tag] = []
    for line in os.fsdecode(out).splitlines():
        name, own, peeled, when = line.split("\0")
        kind, _, commit = (peeled if peeled.strip() else own).partition(" ")
        if kind == _KIND:
            found.append(Tag(name, commit, int(when or 0)))
    return tuple(sorted(found, key=lambda tag: tag.name))


def reaches(repository: Repository, chain: Sequence[str], commits: Iterable[str]) -> dict[str, int]:
    """How far each of the commits reaches: the place in `chain`, -1 where they have nothing in common.

    `chain` is a first-parent history from its oldest commit on, so that who has one of its commits has all before it.
    Git is asked only where one of the commits is not in the chain. Raises GitError.
    """
    known = {commit: place for place, commit in enumerate(chain)}
    wanted = sorted(set(commits))
    beside = [commit for commit in wanted if commit not in known]
    if beside:
        known = _walked(repository, known, beside)
    return {commit: known.get(commit, -1) for commit in wanted}


def _walked(repository: Repository, chain: Mapping[str, int], commits: Sequence[str]) -> dict[str, int]:
    """Go from parents to children: a commit reaches as far as the farthest of its parents, and itself."""
    stdin = "".join(f"{commit}\n" for commit in commits).encode()
    words = ("rev-list", "--topo-order", "--reverse", "--parents", "--stdin")
    out = ask(repository, *words, stdin=stdin, noted=True).decode()
    reach = dict(chain)
    for line in out.splitlines():
        commit, *parents = line.split()
        if commit not in chain:
            reach[commit] = max((reach.get(parent, -1) for parent in parents), default=-1)
    return reach
