"""Reads a command's options: which words are options, which their values, which operands."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.shell.words import Word, tail


@record
class Spelling:
    """How a program spells its options.

    `valued` are the options that take a value, with their dashes. `bundles` tells whether one dash may carry several
    letters (`-tAc`); where it may not, `-dir` is one option. `first_operand_ends` tells whether options end at the
    first operand, as for all that run another command.
    """

    valued: frozenset[str] = frozenset()
    bundles: bool = True
    first_operand_ends: bool = True


@record
class Option:
    """An option as it is given, and its value if it has one."""

    name: str
    word: Word
    value: Word | None = None


@record
class Arguments:
    """A command's options and operands in order; `rest` is how many of the words had been read when operands began.

    `after_dashes` are the words behind `--`, which is None where there is none.
    """

    options: tuple[Option, ...]
    operands: tuple[Word, ...]
    rest: int
    after_dashes: int | None = None

    def value(self, *names: str) -> Word | None:
        """Value of the last option of one of these names."""
        found = [each.value for each in self.options if each.name in names]
        return found[-1] if found else None

    def has(self, *names: str) -> bool:
        """Whether one of these options is given."""
        return any(each.name in names for each in self.options)


def arguments(words: tuple[Word, ...], spelling: Spelling) -> Arguments:
    """Read the words behind a program's name."""
    options: list[Option] = []
    operands: list[Word] = []
    at, rest = 0, None
    while at < len(words):
        word = words[at]
        shape = word.shape
        if shape == "--":
            rest = at + 1 if rest is None else rest
            return Arguments(tuple(options), (*operands, *words[at + 1 :]), rest, at + 1)
        if len(shape) > 1 and shape[0] == "-":
            found = list(_options(word, shape, spelling))
            last = found[-1]
            if last.name in spelling.valued and last.value is None and at + 1 < len(words):
                at += 1
                found[-1] = Option(last.name, last.word, words[at])
            options += found
        else:
            rest = at if rest is None else rest
            if spelling.first_operand_ends:
                return Arguments(tuple(options), words[at:], at)
            operands.append(word)
        at += 1
    return Arguments(tuple(options), tuple(operands), len(words) if rest is None else rest)


def _options(word: Word, shape: str, spelling: Spelling) -> Iterator[Option]:
    if shape.startswith("--") or not spelling.bundles:
        name, equals, _ = shape.partition("=")
        yield Option(name, word, tail(word, len(name) + 1) if equals else None)
        return
    for at, letter in enumerate(shape[1:], start=1):
        name = f"-{letter}"
        if name in spelling.valued:
            yield Option(name, word, tail(word, at + 1) if at + 1 < len(shape) else None)
            return
        yield Option(name, word)
