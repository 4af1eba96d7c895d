"""Says which tags are releases, in which order, and which release was the first to have a commit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from avion_lint.git.values import Tag
from avion_lint.pattern import pattern
from avion_lint.record import record

_FIRST_DIGIT = pattern(r"[0-9]")
_PARTS = pattern(r"[0-9]+|[^0-9.\-_/+]+")


def matching(tags: Iterable[Tag], wanted: str) -> tuple[Tag, ...]:
    """Tags whose name fits the pattern (`*`, `?`, `[…]`), from the oldest release to the newest, by their versions."""
    return tuple(sorted((tag for tag in tags if fnmatchcase(tag.name, wanted)), key=_rank))


def _rank(tag: Tag) -> tuple[tuple[tuple[int, int, str], ...], int, str]:
    """Sort key: numbers by value, a release behind its own pre-releases (`1.2-rc1` before `1.2`), then by time.

    As Semantic Versioning 2.0.0, item 11, orders them, for names with any number of parts.
    """
    name = tag.name.partition("+")[0]
    digit = _FIRST_DIGIT.search(name)
    cut = name.find("-", digit.start()) if digit else -1
    head, before = (name, "") if cut < 0 else (name[:cut], name[cut + 1 :])
    parts = [_part(word) for word in _PARTS.findall(head)]
    while parts and parts[-1] == (1, 0, ""):
        parts.pop()  # v1 = v1.0
    if before:
        parts += [(-1, 0, ""), *(_part(word) for word in _PARTS.findall(before))]
    return ((*parts, (0, 0, "")), tag.when, tag.name)


def _part(word: str) -> tuple[int, int, str]:
    return (1, int(word[:20]), "") if word.isdigit() else (2, 0, word)


@record
class Releases:
    """Releases from the oldest to the newest, with how far each reaches into the history (-1: it shares nothing)."""

    tags: tuple[Tag, ...]
    reach: Mapping[str, int]

    def first_with(self, order: int) -> Tag | None:
        """The oldest release that has the commit at this place of the history."""
        return next((tag for tag in self.tags if self.reach[tag.commit] >= order), None)

    def released_between(self, landed: int, until: int) -> Tag | None:
        """The oldest release that has the commit at `landed` and not yet the one at `until`."""
        return next((tag for tag in self.tags if landed <= self.reach[tag.commit] < until), None)

    @property
    def unrelated(self) -> tuple[Tag, ...]:
        """Releases that share no commit with the history, as after a history that was written anew."""
        return tuple(tag for tag in self.tags if self.reach[tag.commit] < 0)


def first_releases(orders: Sequence[int], releases: Releases) -> dict[int, Tag]:
    """The first release of each place in the history, in one pass over releases, however many there are."""
    wanted = sorted(set(orders))
    found: dict[int, Tag] = {}
    done = 0
    for tag in releases.tags:
        end = bisect_left(wanted, releases.reach[tag.commit] + 1)
        for order in wanted[done:end]:
            found[order] = tag
        done = max(done, end)
    return found
