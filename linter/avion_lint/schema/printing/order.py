"""The order in which statements can be run: each after what its text names."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable

from avion_lint.record import record

# Bodies between dollars are not looked into by the server when a function is made; strings may name a sequence.
_WORD = re.compile(
    r"""\$(\w*)\$.*?\$\1\$|--[^\n]*|/\*.*?\*/|"((?:[^"]|"")+)"|([A-Za-z_\x80-\uffff][\w$]*)""", re.DOTALL
)


@record
class Unit:
    """A statement: what it is about, the name that it makes ("" for none), its SQL, and its rank among others.

    `missing` says why there is no such statement.
    """

    title: str
    name: str
    sql: str
    rank: int
    missing: str = ""


def ordered(units: Iterable[Unit]) -> list[Unit]:
    """The units, each behind those whose names stand in its SQL; else by rank, else as they come.

    Names that stand in a circle are taken by rank, as if they named nothing.
    """
    every = list(units)
    makers: dict[str, list[int]] = {}
    for at, unit in enumerate(every):
        if unit.name:
            makers.setdefault(unit.name, []).append(at)
    needs = [_needs(every, at, makers) for at in range(len(every))]
    followers: list[list[int]] = [[] for _ in every]
    for at, wanted in enumerate(needs):
        for other in wanted:
            followers[other].append(at)
    return [every[at] for at in _sorted(every, needs, followers)]


def _needs(every: list[Unit], at: int, makers: dict[str, list[int]]) -> set[int]:
    """What must stand before a unit; nothing needs what has a higher rank, but functions that tables call."""
    own = every[at]
    found = {other for word in _words(own.sql) for other in makers.get(word, ())}
    return {other for other in found if every[other].rank <= own.rank or every[other].rank == _THINGS} - {at}


_THINGS = 2


def _words(sql: str) -> set[str]:
    """Names in a text, folded as PostgreSQL folds them."""
    found = _WORD.finditer(sql)
    return {match[2].replace('""', '"') if match[2] else match[3].lower() for match in found if match[2] or match[3]}


def _sorted(every: list[Unit], needs: list[set[int]], followers: list[list[int]]) -> list[int]:
    left = [len(wanted) for wanted in needs]
    ready = [(unit.rank, at) for at, unit in enumerate(every) if not left[at]]
    heapq.heapify(ready)
    waiting = {at for at, count in enumerate(left) if count}
    done: list[int] = []
    while ready or waiting:
        if not ready:  # a circle
            first = min(waiting, key=lambda at: (every[at].rank, at))
            waiting.discard(first)
            ready.append((every[first].rank, first))
        _, at = heapq.heappop(ready)
        done.append(at)
        for other in followers[at]:
            left[other] -= 1
            if not left[other] and other in waiting:
                waiting.discard(other)
                heapq.heappush(ready, (every[other].rank, other))
    return done
