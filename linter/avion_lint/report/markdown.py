"""The report as Markdown, for a comment on a pull request and for the summary page of a job."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from avion_lint.report.extent import extent
from avion_lint.report.markdown_text import block, code, inline
from avion_lint.report.plain import without_commands
from avion_lint.report.wording import (
    WHOLE,
    counts,
    heaviest_first,
    place_text,
    plural,
    scope,
    set_aside,
    unchecked_path,
)
from avion_lint.verdict import Result, Unchecked, Verdict

# By this line a later run finds the comment that it replaces.
MARKER = "<!-- avion-lint -->"
# GitHub takes no longer comment.
COMMENT_LIMIT = 65_536

_ROOM_FOR_THE_REST = 300


def render(verdict: Verdict) -> str:
    """Return a comment for a pull request; it begins with MARKER and is short enough for GitHub."""
    return page(verdict, limit=COMMENT_LIMIT, size=lambda part: len(part.encode("utf-16-le")) // 2)


def page(verdict: Verdict, *, limit: int, size: Callable[[str], int]) -> str:
    """Return Markdown of at most `limit`, measured by `size`.

    Findings stand by service, the heaviest of each first, then what could not be checked. When not all fit,
    whole entries are left out, and a line says how many.
    """
    head, tail = _head(verdict), _tail(verdict)
    room = limit - size(head) - size(tail) - _ROOM_FOR_THE_REST
    kept = list(_fitting(_parts(verdict), room, size))
    entries = len(verdict.results) + len(verdict.unchecked)
    left_out = entries - sum(part.startswith("**") for part in kept)
    more = [_more(left_out)] if left_out else []
    return without_commands("\n".join([head, *kept, *more, tail]))


def _fitting(parts: Iterable[str], room: int, size: Callable[[str], int]) -> Iterator[str]:
    """Yield parts in order until one does not fit; those after it are not even made."""
    for part in parts:
        room -= size(part) + 1
        if room < 0:
            return
        yield part


def _head(verdict: Verdict) -> str:
    return f"{MARKER}\n## avion-lint: {counts(verdict)}\n"


def _tail(verdict: Verdict) -> str:
    sentence = "; ".join(filter(None, (scope(verdict), set_aside(verdict))))
    return f"{inline(sentence)}.\n"


def _more(left_out: int) -> str:
    return f"**{plural(left_out, 'more entry', 'more entries')}** did not fit here: see the log of the job.\n"


def _parts(verdict: Verdict) -> Iterator[str]:
    """Yield the entries, each beginning with `**`, and the headings between them."""
    by_service = sorted(verdict.results, key=lambda result: result.service)
    several = len({result.service for result in verdict.results}) > 1
    for service, found in groupby(by_service, key=lambda result: result.service):
        if several:
            yield f"### {inline(service) or 'No service'}\n"
        yield from map(_result, heaviest_first(tuple(found)))
    if verdict.unchecked:
        yield "### Not checked\n"
    yield from map(_unchecked, verdict.unchecked)


def _result(result: Result) -> str:
    finding = result.finding
    where = extent(finding.place)
    path = finding.place.document.path
    place = "" if path == WHOLE else f" {code(place_text(path, where.line, where.column))}"
    lines = [
        f"**{result.level}** {result.rule.id} {inline(result.rule.name)}{place}  ",
        inline(finding.message),
        "",
    ]
    for related in finding.related:
        path = related.place.document.path
        lines += [f"- {code(place_text(path, extent(related.place).line))} {inline(related.message)}"]
    if finding.related:
        lines.append("")
    return "\n".join(lines + _remedy("What to do", finding.remedy))


def _unchecked(unchecked: Unchecked) -> str:
    place = f" {code(place_text(unchecked.path, unchecked.line))}" if unchecked_path(unchecked) else ""
    lines = [f"**not checked**{place}  ", inline(unchecked.why), ""]
    return "\n".join(lines + _remedy("What to do", unchecked.mend))


def _remedy(title: str, remedy: str) -> list[str]:
    if not remedy.strip():
        return []
    return [f"<details><summary>{title}</summary>", "", *block(remedy), "", "</details>", ""]
