"""The report for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.report.excerpt import excerpt
from avion_lint.report.extent import beginning
from avion_lint.report.plain import harmless_lines, one_line, width, without_commands
from avion_lint.report.style import Paint, Style, level_paint
from avion_lint.report.wording import (
    WHOLE,
    place_text,
    rule_title,
    set_aside,
    summary,
    unchecked_level,
    unchecked_path,
    why_suppressed,
)
from avion_lint.verdict import Result, Suppressed, Unchecked, Verdict

_INDENT = "  "


def render(
    verdict: Verdict,
    *,
    colour: bool = False,
    quiet: bool = False,
    verbose: bool = False,
    columns: int = 100,
) -> str:
    """Return the report, every line ended; nothing at all for a quiet run without findings.

    Quiet gives one line per finding and no excerpts; verbose adds what is suppressed and the notes. `columns`
    is the width of the terminal: messages are wrapped and source lines are cut to it; remedies are left as
    they are, so that they can be copied.
    """
    return "".join(parts(verdict, colour=colour, quiet=quiet, verbose=verbose, columns=columns))


def parts(verdict: Verdict, *, colour: bool, quiet: bool, verbose: bool, columns: int) -> Iterator[str]:
    """The same in parts."""
    style = Style(colour)
    blocks = _quiet_blocks(verdict, style) if quiet else _blocks(verdict, style, columns, verbose=verbose)
    separator = "\n" if quiet else "\n\n"
    return _joined(blocks, separator)


def _joined(blocks: Iterator[list[str]], separator: str) -> Iterator[str]:
    between = ""
    for block in blocks:
        yield between + without_commands("\n".join(block))
        between = separator
    yield "\n" if between else ""


def _blocks(verdict: Verdict, style: Style, columns: int, *, verbose: bool) -> Iterator[list[str]]:
    for result in verdict.results:
        yield _result(result, style, columns)
    for unchecked in verdict.unchecked:
        yield _unchecked(unchecked, style, columns)
    if verbose and verdict.suppressed:
        yield [line for suppressed in verdict.suppressed for line in _suppressed(suppressed, style)]
    if verbose and verdict.scope.notes:
        yield [line for note in verdict.scope.notes for line in _wrapped(note, columns, "")]
    yield [_summary(verdict, style)]


def _quiet_blocks(verdict: Verdict, style: Style) -> Iterator[list[str]]:
    for result in verdict.results:
        yield [f"{_head(result, style)}: {one_line(result.finding.message)}"]
    for unchecked in verdict.unchecked:
        mend = f" Mend: {one_line(unchecked.mend)}" if unchecked.mend else ""
        yield [f"{_unchecked_head(unchecked, style)}: {one_line(unchecked.why)}{mend}"]
    if verdict.results or verdict.unchecked:
        yield [_summary(verdict, style)]


def _result(result: Result, style: Style, columns: int) -> list[str]:
    finding = result.finding
    lines = [_head(result, style), *_wrapped(finding.message, columns)]
    if finding.place.document.text:
        shown = excerpt(
            finding.place, style, level_paint(result.level), columns - 2 * len(_INDENT), hide=finding.hidden
        )
        lines += ["", *(_INDENT * 2 + line for line in shown)]
    return [*lines, *_remedy(finding), *_related(finding, style)]


def _head(result: Result, style: Style) -> str:
    head = f"{style.paint(level_paint(result.level), str(result.level))} {rule_title(result.rule)}"
    path, where = result.finding.place.document.path, beginning(result.finding.place)
    if path == WHOLE:
        return head
    return f"{style.paint(Paint.PLACE, place_text(path, where.line, where.column))} {head}"


def _remedy(finding: Finding) -> list[str]:
    lines = harmless_lines(finding.remedy)
    return ["", *(_INDENT + line if line else "" for line in lines)] if lines else []


def _related(finding: Finding, style: Style) -> list[str]:
    lines = [_related_line(related, style) for related in finding.related]
    return ["", *lines] if lines else []


def _related_line(related: Related, style: Style) -> str:
    place = place_text(related.place.document.path, beginning(related.place).line)
    return f"{_INDENT}{style.paint(Paint.PLACE, place)}: {one_line(related.message)}"


def _unchecked(unchecked: Unchecked, style: Style, columns: int) -> list[str]:
    return [
        _unchecked_head(unchecked, style),
        *_wrapped(unchecked.why, columns),
        *(_INDENT + line for line in harmless_lines(unchecked.mend)),
    ]


def _unchecked_head(unchecked: Unchecked, style: Style) -> str:
    words = style.paint(level_paint(unchecked_level(unchecked)), "not checked")
    if not unchecked_path(unchecked):
        return words
    return f"{style.paint(Paint.PLACE, place_text(unchecked.path, unchecked.line))} {words}"


def _suppressed(suppressed: Suppressed, style: Style) -> list[str]:
    finding = suppressed.result.finding
    where = beginning(finding.place)
    place = style.paint(Paint.PLACE, place_text(finding.place.document.path, where.line, where.column))
    return [
        f"{place} {style.paint(Paint.QUIET, 'suppressed')} {rule_title(suppressed.result.rule)}",
        f"{_INDENT}{why_suppressed(suppressed)}",
    ]


def _summary(verdict: Verdict, style: Style) -> str:
    if verdict.results:
        return style.paint(level_paint(max(result.level for result in verdict.results)), summary(verdict))
    return style.paint(Paint.WARNING if set_aside(verdict) else Paint.GOOD, summary(verdict))


def _wrapped(text: str, columns: int, indent: str = _INDENT) -> list[str]:
    """Break every line of a text at blanks so that it fits the terminal; a longer word stays whole."""
    return [indent + part for line in harmless_lines(text) for part in _folded(line, max(20, columns - len(indent)))]


def _folded(line: str, columns: int) -> Iterator[str]:
    if not line.isascii():
        yield from _folded_by_words(line, columns)
        return
    start = 0
    while len(line) - start > columns:
        end = line.rfind(" ", start, start + columns + 1)
        end = line.find(" ", start) if end < 0 else end
        if end < 0:
            break
        yield line[start:end]
        start = end + 1
    yield line[start:]


def _folded_by_words(line: str, columns: int) -> Iterator[str]:
    """The same of a line in which a character may take two columns, or none."""
    words = line.split(" ")
    part = words[0]
    for word in words[1:]:
        if width(part) + 1 + width(word) <= columns:
            part = f"{part} {word}"
        else:
            yield part
            part = word
    yield part
