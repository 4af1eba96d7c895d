"""Where the characters of plain and quoted scalars come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.pattern import pattern
from avion_lint.yaml.nodes import Scalar
from avion_lint.yaml.runs import BREAK, Run, agree

_FOLD = f"(?P<fold>[ \t]*+{BREAK}(?:[ \t]*+{BREAK})*+[ \t]*+)"
_TEXT = "(?P<text>[ \t]++|[^{}\r\n\x85\u2028\u2029 \t]++)"
_ESCAPE = (
    r"(?P<joined>\\(?=[\r\n\x85\u2028\u2029]))"
    r"|(?P<escape>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\[^xuU\r\n\x85\u2028\u2029])"
)
_PLAIN = pattern(f"{_FOLD}|{_TEXT.format('')}")
_SINGLE = pattern(f"(?P<escape>'')|{_FOLD}|{_TEXT.format(chr(39))}")
_DOUBLE = pattern(f"{_ESCAPE}|{_FOLD}|{_TEXT.format(chr(92) * 2)}")
_BREAK = pattern(BREAK)


def flow_runs(source: str, scalar: Scalar) -> list[Run] | None:
    """Runs of a plain or quoted scalar's text; None where they would not give its text."""
    start, end = scalar.span.start, scalar.span.end
    match scalar.style:
        case "'":
            runs = _runs(source, _SINGLE, start + 1, end - 1)
        case '"':
            runs = _runs(source, _DOUBLE, start + 1, end - 1)
        case _:
            runs = _runs(source, _PLAIN, start, end)
    return runs if runs is not None and agree(runs, scalar.text) else None


def _runs(source: str, token: re.Pattern[str], start: int, end: int) -> list[Run] | None:
    runs: list[Run] = []
    joined = False
    while start < end:
        found = token.match(source, start, end)
        if found is None:
            return None
        match found.lastgroup:
            case "fold":
                runs += _folded(source, found, joined=joined)
            case "escape":
                runs.append(Run(None, found.start(), found.end()))
            case "text":
                runs.append(Run(found[0], found.start(), found.end()))
            case _:
                pass
        joined = found.lastgroup == "joined"
        start = found.end()
    return runs


def _folded(source: str, fold: re.Match[str], *, joined: bool) -> Iterator[Run]:
    r"""What line breaks become: one is a blank, or nothing after a `\`; of several all but the first stay."""
    first, *others = _BREAK.finditer(source, fold.start(), fold.end())
    if first[0] in "\u2028\u2029" and not joined:
        yield Run(first[0], first.start(), first.end())
    elif not others and not joined:
        yield Run(" ", fold.start(), fold.end())
    for each in others:
        yield Run(each[0] if each[0] in "\u2028\u2029" else "\n", each.start(), each.end())
