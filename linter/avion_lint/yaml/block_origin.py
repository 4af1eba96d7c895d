"""Where the characters of block scalars (`|` and `>`) come from."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.yaml.nodes import Scalar
from avion_lint.yaml.runs import Line, Run, agree, break_run, lines

_CHOMPING = pattern(r"[|>][0-9]?([-+]?)")
_DEEPEST = 16  # indentations that are tried where the obvious one does not give the text


def block_runs(source: str, scalar: Scalar) -> list[Run] | None:
    """Runs of a block scalar's text; None where they would not give its text."""
    head, *rest = lines(source, scalar.span.start, scalar.span.end)
    chomping = _CHOMPING.match(source, head.start)
    if chomping is None or not rest:
        return None if scalar.text else []
    for indent in _indents(source, rest, scalar.text):
        runs = _runs(source, rest, indent, folds=scalar.style == ">", chomping=chomping[1])
        if agree(runs, scalar.text):
            return runs
    return None


def _indents(source: str, rest: list[Line], text: str) -> list[int]:
    """Columns in which the text may begin, the likeliest first; the file tells it only beside what stands around."""
    shown = next((line for line in rest if source[line.start : line.end].strip(" ")), rest[0])
    leading = _blanks(source, shown)
    body = text.lstrip("\n")
    likely = max(leading - (len(body) - len(body.lstrip(" "))), 0)
    # Where it is blank all over, its longest line tells how far it may be indented.
    widest = max(_blanks(source, line) for line in rest)
    return list(dict.fromkeys((likely, *range(leading, max(leading - _DEEPEST, -1), -1), widest)))


def _blanks(source: str, line: Line) -> int:
    here = source[line.start : line.end]
    return len(here) - len(here.lstrip(" "))


def _runs(source: str, rest: list[Line], indent: int, *, folds: bool, chomping: str) -> list[Run]:
    """Follow libyaml's yaml_parser_scan_block_scalar."""
    runs: list[Run] = []
    leading: Run | None = None
    trailing: list[Run] = []
    was_blank = False
    for line in rest:
        blanks, length = _blanks(source, line), line.end - line.start
        has_break = line.break_end > line.end
        if blanks < min(indent, length):
            break
        if length <= indent:
            trailing += [break_run(source, line)] if has_break else []
            continue
        start = line.start + indent
        is_blank = source[start] in " \t"
        runs += _joint(leading, trailing, folds=folds and not was_blank and not is_blank)
        runs.append(Run(source[start : line.end], start, line.end))
        leading, trailing, was_blank = break_run(source, line) if has_break else None, [], is_blank
    if chomping != "-" and leading:
        runs.append(leading)
    return [*runs, *trailing] if chomping == "+" else runs


def _joint(leading: Run | None, trailing: list[Run], *, folds: bool) -> list[Run]:
    """What becomes of the breaks between two lines."""
    if leading is None:
        return trailing
    if not folds or leading.text != "\n":
        return [leading, *trailing]
    return trailing or [Run(" ", leading.start, leading.end)]
