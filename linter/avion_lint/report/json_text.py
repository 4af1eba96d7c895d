"""JSON as text that no terminal, log or pipe can take for anything else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator


def dump(value: object, depth: int) -> str:
    """Value as JSON in ASCII, ended by a line feed; keys keep their order.

    Lists and objects down to `depth` have a line for each of their entries, deeper ones stand in one line: so
    a finding is a line, and a report of thousands is written by the fast encoder. A list of that sort may be an
    iterator, so that not all of its entries have to be there at once.

    ASCII only, so that control and direction characters from a repository reach no terminal and undecodable
    bytes in a path (surrogates) break no encoder. `##[` is the one sequence that GitHub's runner obeys in
    the middle of a line; it only stands inside strings, where a bracket may be written by its number.
    """
    return "".join(dumped(value, depth))


def dumped(value: object, depth: int) -> Iterator[str]:
    """The same in parts."""
    return _parts(value, depth, "", "\n")


def _parts(value: object, depth: int, indent: str, end: str) -> Iterator[str]:
    """The text in parts; `end` is what follows the last."""
    match value:
        case dict() if depth:
            named = ((f"{_inline(key)}: ", part) for key, part in value.items())
            yield from _lines("{}", named, depth - 1, indent)
        case list() | Iterator() if depth:
            yield from _lines("[]", (("", part) for part in value), depth - 1, indent)
        case _:
            yield _inline(value)
    yield end


def _lines(brackets: str, entries: Iterable[tuple[str, object]], depth: int, indent: str) -> Iterator[str]:
    before, inner = "\n", indent + "  "
    yield brackets[0]
    for name, part in entries:
        yield f"{before}{inner}{name}"
        yield from _parts(part, depth, inner, "")
        before = ",\n"
    yield brackets[1] if before == "\n" else f"\n{indent}{brackets[1]}"


def _inline(value: object) -> str:
    return json.dumps(value).replace("##[", "##\\u005b")
