"""Names made from the time that are made twice and meant to be the same."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.shell.script import Command
from avion_lint.source import Place, Span
from avion_rules.command._words import short

_EXACT = pattern(r"%(?:S|s|T|N|c|r|X)|--iso-8601=s|-Is\b|-Iseconds|^\s*date\s*(?:-u\s*)?$")


_TIME = pattern(r"\$\((date [^()\n]{0,80})\)")
_BESIDE = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@\\$"{}-')
_TALKS = frozenset({"echo", "printf", "logger", "log"})


@rule("SH116", subject=Run)
def moment_taken_twice(run: Run) -> Iterator[Finding]:
    """Find a name with the time in it that is made twice, so that the second names something else."""
    first: dict[str, Place] = {}
    told: set[str] = set()
    for command in run.script.commands:
        for name, place in _names(command):
            earlier = first.setdefault(name, place)
            if earlier != place and name not in told:
                told.add(name)
                yield _finding(run, place, earlier)


def _names(command: Command) -> Iterator[tuple[str, Place]]:
    """The last part of every path with a time to the second in it, as it is written."""
    words = [] if command.name in _TALKS else [word.where.place for word in command.argv]
    words += [each.target.where.place for each in command.redirects if each.target is not None]
    words += [each.heredoc.where.place for each in command.redirects if each.heredoc is not None]
    for place in words:
        text = place.text
        for match in _TIME.finditer(text):
            start, end = _around(text, match.start(), match.end())
            name = text[start:end].strip('"').rpartition("/")[2]
            if _EXACT.search(match[1]) and not name.startswith("$("):
                yield name, Place(place.document, Span(place.span.start + start, place.span.start + end))


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch of a name that holds `[start, end)`."""
    while start > 0 and text[start - 1] in _BESIDE:
        start -= 1
    while end < len(text) and text[end] in _BESIDE:
        end += 1
    return start, end


def _finding(run: Run, place: Place, earlier: Place) -> Finding:
    return run.finding(
        place,
        f"Names something else than before: `{short(earlier, 60)}` was made with the time at that moment, and the "
        "clock has gone on.",
        'Take the time once, and use the variable: `name=…-$(date +%Y%m%d%H%M%S)`, then `"$name"`.',
        related=(Related(earlier, "the same words, at another moment"),),
    )
