"""What becomes of the status of a substitution, by where it stands in a command."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.shell.fate import Failure, Outcome, Reason
from avion_lint.shell.origin import Stretch
from avion_lint.shell.syntax import Redirect, Simple
from avion_lint.shell.words import Part, PartKind, Word

_DECLARES = frozenset({"export", "local", "readonly", "declare", "typeset"})
_UNKNOWN_NAME = Failure(Outcome.UNKNOWN, Reason.NAME)


def in_command(node: Simple, fate: Failure) -> Iterator[tuple[Part, Failure]]:
    """Every substitution of a simple command; `fate` is what becomes of the command's own failure."""
    name = node.words[0] if node.words else None
    for word in node.words:
        for part in word.parts:
            if not part.body:
                continue
            if word is name:
                yield _told(part, _UNKNOWN_NAME)
            else:
                reason = Reason.DECLARATION if name and name.text in _DECLARES else Reason.ARGUMENT
                yield _told(part, Failure(Outcome.MASKED, reason, name.where if name else node.where))
    yield from _assigned(node, fate)
    yield from in_redirects(node.redirects, node.where)


def _assigned(node: Simple, fate: Failure) -> Iterator[tuple[Part, Failure]]:
    """Substitutions in assignments: the last one decides the status of a command that is nothing else."""
    if node.name in _DECLARES:
        return
    parts = [part for each in node.assignments if each.value for part in each.value.parts if part.body]
    for number, part in enumerate(parts):
        decides = not node.words and number == len(parts) - 1 and part.kind is PartKind.SUBSTITUTION
        yield _told(part, fate if decides else Failure(Outcome.MASKED, Reason.ARGUMENT, node.where))


def in_redirects(redirects: tuple[Redirect, ...], by: Stretch) -> Iterator[tuple[Part, Failure]]:
    """Every substitution of redirections; `by` is the command that they belong to."""
    for each in redirects:
        parts = each.heredoc.parts if each.heredoc else each.target.parts if each.target else ()
        for part in parts:
            if part.body:
                yield _told(part, Failure(Outcome.MASKED, Reason.ARGUMENT, by))


def in_words(words: tuple[Word, ...], by: Stretch) -> Iterator[tuple[Part, Failure]]:
    """Every substitution of words that are no command's: those of `for` and `case`."""
    for word in words:
        for part in word.parts:
            if part.body:
                yield _told(part, Failure(Outcome.MASKED, Reason.ARGUMENT, by))


def _told(part: Part, fate: Failure) -> tuple[Part, Failure]:
    if part.kind is PartKind.PROCESS:
        fate = Failure(Outcome.MASKED, Reason.PROCESS, fate.by)
    return part, fate
