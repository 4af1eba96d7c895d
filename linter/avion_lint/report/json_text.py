"""JSON as text that no terminal, log or pipe can take for anything else."""

from __future__ import annotations

import json


def dump(value: object, depth: int) -> str:
    """Value as JSON in ASCII, ended by a line feed; keys keep their order.

    Lists and objects down to `depth` have a line for each of their entries, deeper ones stand in one line: so
    a finding is a line, and a report of thousands is written by the fast encoder.

    ASCII only, so that control and direction characters from a repository reach no terminal and undecodable
    bytes in a path (surrogates) break no encoder. `##[` is the one sequence that GitHub's runner obeys in
    the middle of a line; it only stands inside strings, where a bracket may be written by its number.
    """
    return _text(value, depth, "").replace("##[", "##\\u005b") + "\n"


def _text(value: object, depth: int, indent: str) -> str:
    inner = indent + "  "
    match value:
        case dict() if depth and value:
            entries = [f"{json.dumps(key)}: {_text(part, depth - 1, inner)}" for key, part in value.items()]
            opening, closing = "{", "}"
        case list() if depth and value:
            entries = [_text(part, depth - 1, inner) for part in value]
            opening, closing = "[", "]"
        case _:
            return json.dumps(value)
    return f"{opening}\n" + ",\n".join(inner + entry for entry in entries) + f"\n{indent}{closing}"
