"""Loops of a script: what ends them, how often they go round, whether they wait for something."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.enumeration import Enum
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.shell.origin import Stretch
from avion_lint.shell.script import Script
from avion_lint.shell.statuses import is_test
from avion_lint.shell.syntax import Node, Repeat, Simple
from avion_lint.shell.walk import simples_in, walk
from avion_lint.shell.words import Part, PartKind
from avion_lint.shell.wrappers import program, seconds
from avion_lint.source import UNKNOWN

_ALWAYS = frozenset({"true", ":"})
_READERS = frozenset({"read", "mapfile", "readarray"})
_NUMBER = pattern(r"(?<![\w.$])\d+(?![\w.])")
_BRACES = pattern(r"\{(-?\d+)\.\.(-?\d+)\}")
_CLOCK = frozenset({"SECONDS", "EPOCHSECONDS"})
_NAME = pattern(r"[A-Za-z_]\w*")
_SETS = pattern(r"(?<![=!<>])=(?!=)")


class Bound(Enum):
    """What ends a loop for certain."""

    ITEMS = "it goes through a list"
    COUNTER = "it counts"
    CLOCK = "it looks at the clock"
    INPUT = "it reads until its input ends"
    TIMEOUT = "timeout ends it"


@record
class Loop:
    """A loop; `bound` is None where nothing ends it but what it waits for.

    `rounds` is the most rounds it makes, `pause` the seconds it sleeps in each, None where not known; `sleeps` whether
    it sleeps at all. `always` tells that its condition never changes (`while true`).
    """

    node: Repeat
    around: tuple[Node, ...]
    bound: Bound | None
    rounds: int | None
    sleeps: bool
    pause: float | None
    always: bool

    @property
    def where(self) -> Stretch:
        """Where it stands."""
        return self.node.where

    @property
    def polls_forever(self) -> bool:
        """Whether it waits for something that may never come, without an end."""
        return self.bound is None

    @property
    def longest(self) -> float | None:
        """Seconds that its sleeps take together at most; None where not known."""
        return self.rounds * self.pause if self.rounds is not None and self.pause is not None else None


def loops(script: Script) -> Iterator[Loop]:
    """Every loop of a script, in order."""
    for node, around in walk(script.body):
        if isinstance(node, Repeat):
            yield _loop(node, around)


def _loop(node: Repeat, around: tuple[Node, ...]) -> Loop:
    inside = list(simples_in((*node.condition, *node.body)))
    pauses = [seconds(each.words[1].text) for each in inside if program(each.words) == "sleep" and len(each.words) > 1]
    known = [pause for pause in pauses if pause is not None]
    bound, rounds = _bound(node, inside)
    always = node.keyword in {"while", "until"} and all(
        isinstance(each, Simple) and each.name in _ALWAYS for each in node.condition
    )
    whole = sum(known) if len(known) == len(pauses) else None
    return Loop(node, around, bound, rounds, bool(pauses), whole if pauses else None, always)


def _bound(node: Repeat, inside: list[Simple]) -> tuple[Bound | None, int | None]:
    if node.keyword in {"for", "select"}:
        return _bound_of_for(node)
    if any(program(each.words) in _READERS for each in simples_in(node.condition)):
        return Bound.INPUT, None
    counters = {name for each in inside for name in _counted(each)}
    for each in inside:
        if not is_test(each):
            continue
        names = _names_in(each)
        if names & counters:
            return Bound.COUNTER, _limit(each)
        if names & _CLOCK or _reads_date(each):
            return Bound.CLOCK, None
    return None, None


def _bound_of_for(node: Repeat) -> tuple[Bound | None, int | None]:
    if node.header:
        condition = node.header.split(";")[1].strip() if node.header.count(";") > 1 else ""
        numbers = _NUMBER.findall(condition)
        return (Bound.COUNTER, int(numbers[-1]) if numbers else None) if condition else (None, None)
    if any(word.may_split for word in node.words) or not node.words:
        return Bound.ITEMS, _sequence(node)
    return Bound.ITEMS, sum(_items(word.shape) for word in node.words)


def _items(shape: str) -> int:
    match = _BRACES.fullmatch(shape)
    return abs(int(match[2]) - int(match[1])) + 1 if match else 1


def _sequence(node: Repeat) -> int | None:
    """Rounds of `for i in $(seq 1 30)`."""
    if len(node.words) != 1:
        return None
    found = list(simples_in(each for part in node.words[0].parts for each in part.body))
    if len(found) != 1 or program(found[0].words) != "seq":
        return None
    numbers = [word.text for word in found[0].words[1:]]
    if not numbers or not all(text and text.isdecimal() for text in numbers):
        return None
    first, last = (1, int(numbers[0] or 0)) if len(numbers) == 1 else (int(numbers[0] or 0), int(numbers[-1] or 0))
    return max(0, last - first + 1) if len(numbers) < 3 else None  # noqa: PLR2004 - a third one is the step


def _counted(node: Simple) -> Iterator[str]:
    """Variables that a command adds to or takes from."""
    for each in node.assignments:
        parts = each.value.parts if each.value is not None else ()
        sums = [part.text for part in parts if part.kind is PartKind.ARITHMETIC or _is_expr(part)]
        if each.appends or any(each.name in _NAME.findall(text) for text in sums):
            yield each.name
    if node.name in {"((", "let"}:
        shape = " ".join(word.shape for word in node.words[1:])
        if any(mark in shape for mark in ("++", "--", "+=", "-=")) or _SETS.search(shape):
            yield from _NAME.findall(shape)


def _is_expr(part: Part) -> bool:
    return part.kind is PartKind.SUBSTITUTION and part.text.lstrip().startswith("expr")


def _names_in(node: Simple) -> set[str]:
    names = {name for word in node.words for name in word.variables}
    for word in node.words:
        sums = (part.text for part in word.parts if part.kind is PartKind.ARITHMETIC)
        names |= {name for text in sums for name in _NAME.findall(text)}
    if node.name == "((":
        names |= set(_NAME.findall(" ".join(word.shape for word in node.words[1:])))
    return names


def _reads_date(node: Simple) -> bool:
    return any(program(each.words) == "date" for each in simples_in((node,)))


def _limit(node: Simple) -> int | None:
    numbers = _NUMBER.findall(" ".join(word.shape.replace(UNKNOWN, "$") for word in node.words))
    return int(numbers[-1]) if numbers else None
