"""A program that runs another command, and what it runs."""

from __future__ import annotations

from avion_lint.enumeration import Enum
from avion_lint.record import record
from avion_lint.shell.arguments import Spelling
from avion_lint.shell.origin import Stretch
from avion_lint.shell.words import Part, PartKind, Word


class Machine(Enum):
    """Where a command runs."""

    HERE = "here"
    CONTAINER = "a container"
    POD = "a pod"
    REMOTE = "another machine"


@record
class Wrapper:
    """A program that runs a command: its words up to that command, and what it says about how it is run.

    `target` is the pod, container, image, host or user, `seconds` a time limit, `masks` whether the wrapper's own
    status does not tell of the command's.
    """

    name: str
    words: tuple[Word, ...]
    machine: Machine = Machine.HERE
    target: Word | None = None
    seconds: float | None = None
    masks: bool = False


@record
class Unwrapped:
    """A wrapper taken off: what it runs is a command (`words`) or a script (`script`, to be joined by blanks)."""

    wrapper: Wrapper
    words: tuple[Word, ...] = ()
    script: tuple[Word, ...] = ()


def program(words: tuple[Word, ...]) -> str | None:
    """Name of the program without its folder, None where it is not known."""
    text = words[0].text if words else None
    return text.rsplit("/", 1)[-1] if text else None


def run_from(wrapper: Wrapper, words: tuple[Word, ...], at: int) -> Unwrapped | None:
    """What a wrapper runs: the words from `at` on, None where there are none."""
    if at < len(words) and words[at].shape == "--":
        at += 1
    return Unwrapped(wrapper, words[at:]) if at < len(words) else None


def spelling(valued: str, *, bundles: bool = True) -> Spelling:
    """Options with a value, written as one text."""
    return Spelling(frozenset(valued.split()), bundles)


def joined(words: tuple[Word, ...]) -> Word:
    """Several words as one, with a blank between them: how ssh and eval hand them to a shell."""
    parts: list[Part] = []
    for word in words:
        if parts:
            end = parts[-1].end
            parts.append(Part(PartKind.LITERAL, " ", end, end + 1 if word.where.start > end else end, quoted=True))
        parts.extend(word.parts)
    return Word(Stretch(words[0].where.text, words[0].where.start, words[-1].where.end), tuple(parts))
