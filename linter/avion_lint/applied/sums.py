"""avion-lint.sum: what every migration was when it was written down, so that a change is seen without git.

A line for each service has the hash of its lines, so that git finds a conflict wherever two branches add a migration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from avion_lint.applied.text import text_sha256
from avion_lint.pattern import pattern
from avion_lint.problems import Problem, SettingsError
from avion_lint.record import record
from avion_lint.source import Document, Place

FILE_NAME = "avion-lint.sum"
_HEAD = "# written by `avion-lint sum`; after a merge conflict, run it again. Format 1."
_LINE = pattern(r"([0-9a-f]{64})  (\S.*)")
_MARKS = ("<<<<<<< ", "||||||| ", ">>>>>>> ")


@record
class Sum:
    """What a migration was: the SHA-256 of its text with line feeds as line ends, and where the file says it."""

    path: str
    sha256: str
    place: Place


def render(services: Mapping[str, Mapping[str, str]]) -> str:
    """Write the file; hashes by path, by the root of their service."""
    lines = [_HEAD]
    for root in sorted(services):
        own = [f"{sha256}  {path}" for path, sha256 in services[root].items()]
        if own:
            lines += [f"{_total(own)}  {root or '.'}/", *own]
    return "\n".join(lines) + "\n"


def _total(lines: Iterable[str]) -> str:
    return text_sha256("\n".join(lines))


def read(document: Document) -> tuple[Sum, ...]:
    """Read the file; raises SettingsError where it is in conflict, was edited by hand, or is none."""
    conflicts = [number for number, line in _lines(document) if line.startswith(_MARKS[0])]
    if conflicts:
        raise SettingsError(tuple((_place(document, number), _conflict(document, number)) for number in conflicts))
    problems: list[Problem] = []
    sums: list[Sum] = []
    head: tuple[int, str, str] | None = None
    own: list[str] = []
    for number, line in (*_lines(document), (0, f"{'0' * 64}  /")):
        found = _LINE.fullmatch(line)
        if found is None:
            problems.append(
                (_place(document, number), f"this is no line of {FILE_NAME}: a SHA-256, two blanks, a path")
            )
        elif found[2].endswith("/"):
            if head is not None and _total(own) != head[1]:
                problems.append((_place(document, head[0]), _tampered(head[2])))
            head, own = (number, found[1], found[2]), []
        elif head is None:
            problems.append((_place(document, number), "this migration stands before the line of its service"))
        else:
            own.append(line)
            sums.append(Sum(found[2], found[1], _place(document, number)))
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(sums)


def rescued(document: Document) -> tuple[Sum, ...]:
    """What can be read of a file that is in conflict or was edited, both sides of a conflict among it."""
    found = ((number, _LINE.fullmatch(line)) for number, line in _lines(document))
    return tuple(
        Sum(match[2], match[1], _place(document, number))
        for number, match in found
        if match is not None and not match[2].endswith("/")
    )


def _lines(document: Document) -> Iterator[tuple[int, str]]:
    for number in range(1, document.line_count + 1):
        line = document.line(number)
        if line.strip() and not line.startswith("#"):
            yield number, line


def _place(document: Document, number: int) -> Place:
    return Place(document, document.line_span(max(number, 1)))


def _conflict(document: Document, number: int) -> str:
    """What a conflict tells: the migrations that each side has and the other has not."""
    sides: list[set[str]] = [set(), set()]
    side = 0
    for at, line in _lines(document):
        if at > number and line.startswith("======="):
            side = 1
        elif at > number and line.startswith(_MARKS[2]):
            break
        elif at > number and (found := _LINE.fullmatch(line)) and not found[2].endswith("/"):
            sides[side].add(found[2])
    named = [", ".join(sorted(mine - other)) or "none" for mine, other in (sides, sides[::-1])]
    return (
        f"this is a merge conflict: two branches changed the same service's migrations at once (here {named[0]}; there "
        f"{named[1]}). Give them an order with `avion-lint renumber`, then run `avion-lint sum`"
    )


def _tampered(root: str) -> str:
    return (
        f"the hash of {root} does not fit the lines below it: they were edited by hand, or merged wrongly. Look at the "
        "difference in git, then run `avion-lint sum`"
    )
