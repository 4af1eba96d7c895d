"""Looks for words in the files of a commit: whole words, as they are written, and no more than is asked for."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator

from avion_lint.git.errors import GitError, Trouble
from avion_lint.git.process import ask_in_part, is_object_id, note
from avion_lint.git.values import Repository
from avion_lint.record import record

_MOST = 1 << 23  # bytes of answer that are looked at
_LONGEST = 2000  # letters of a line that somebody wrote; a longer one was made by a machine


@record
class Hit:
    """A line with one of the words in it; `line` counts from 1."""

    path: str
    line: int
    text: str


def grep(repository: Repository, commit: str, words: Collection[str], left_out: Collection[str]) -> tuple[Hit, ...]:
    """Lines of a commit's text files (a full object id) with one of the words, in one process.

    `left_out` are globs of paths, from the root, that are not looked at. Of a very long answer only the beginning
    counts. Raises GitError.
    """
    if not is_object_id(commit):
        raise GitError(Trouble.UNKNOWN_REVISION, f"not an object id: {commit!r}")
    given = [part for word in sorted(set(words)) if word.isprintable() for part in ("-e", word)]
    if not given:
        return ()
    outside = [f":(top,exclude,glob){pattern}" for pattern in sorted(left_out)]
    out = ask_in_part(
        repository,
        ("grep", "--no-textconv", "--no-recurse-submodules", "--no-color", "--no-column", "--no-heading", "--no-break",
         "--full-name", "-n", "-z", "-I", "-F", "-w", *given, commit, "--", ":(top)", *outside),
        _MOST,
        empty=1,
    )  # fmt: skip
    note(repository, "grep", (commit, "\0".join(sorted(set(words))), "\0".join(sorted(left_out))), out)
    return tuple(_hits(out, commit))


def _hits(out: bytes, commit: str) -> Iterator[Hit]:
    """Read `commit:path NUL number NUL line`, a line each; what is cut off at the end is left out."""
    for line in os.fsdecode(out).split("\n")[:-1]:
        place, _, rest = line.partition("\0")
        number, _, text = rest.partition("\0")
        if place.startswith(f"{commit}:") and number.isdigit() and len(text) <= _LONGEST:
            yield Hit(place[len(commit) + 1 :], int(number), text.rstrip("\r"))
