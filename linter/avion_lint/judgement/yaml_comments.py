"""Comments that turn rules off in what stands around the SQL: for an entry, an item, a command."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from avion_lint.finding import Finding
from avion_lint.judgement.suppression import Suppression, Suppressions, read_suppressions
from avion_lint.pattern import pattern
from avion_lint.rule_names import RuleNames
from avion_lint.shell.script import Script
from avion_lint.source import Document, Span
from avion_lint.yaml.comments import comments
from avion_lint.yaml.nodes import Listing, Mapping, Node

_ADDRESSED = pattern(r"(?:^|(?<=\s))#[^\n]*\bavion-?lint\b[^\n]*", re.IGNORECASE | re.MULTILINE)


def suppressions_in(
    document: Document, roots: Sequence[Node], scripts: Sequence[Script], names: RuleNames
) -> Suppressions:
    """What the comments of a file turn off; `roots` is what it holds as YAML, `scripts` are those that stand in it.

    Above an entry, an item of a list or a command they hold for all of it, behind its first line likewise.
    """
    spans = sorted({*(comments(document, tuple(roots)) if roots else ()), *_in_scripts(scripts)})
    elements = sorted({*_elements(roots), *(command.place.span for script in scripts for command in script.commands)})
    starts = [element.start for element in elements]
    found: list[Suppression] = []
    invalid: list[Finding] = []
    for span in spans:
        is_general = "ignore-file" in document.text[span.start : span.end]
        about = elements[:1] if is_general else _about(document, span, elements, starts)
        said = read_suppressions(document, [span], about, names)
        found.extend(said.found)
        invalid.extend(said.invalid)
    return Suppressions(tuple(found), tuple(invalid))


def _in_scripts(scripts: Iterable[Script]) -> Iterator[Span]:
    """Comments of scripts that speak to avion-lint: to YAML they are part of a value."""
    for script in scripts:
        for found in _ADDRESSED.finditer(script.text):
            yield script.excerpt.span(Span(found.start(), found.end()))


def _about(document: Document, comment: Span, elements: list[Span], starts: list[int]) -> list[Span]:
    """The largest element that begins on the comment's line, else the largest of those that begin next."""
    line = document.line_span(document.position(comment.start).line)
    at = bisect_left(starts, line.start)
    if at < len(elements) and elements[at].start < comment.start:
        return [_largest(elements, at)]
    at = bisect_left(starts, comment.end)
    return [_largest(elements, at)] if at < len(elements) else []


def _largest(elements: list[Span], at: int) -> Span:
    """The largest of the elements that begin where the one at that place does; they are sorted."""
    first = elements[at].start
    while at + 1 < len(elements) and elements[at + 1].start == first:
        at += 1
    return elements[at]


def _elements(roots: Iterable[Node]) -> Iterator[Span]:
    """Entries of mappings and items of lists, each with all that is in it."""
    waiting = list(roots)
    while waiting:
        match waiting.pop():
            case Mapping(entries=entries):
                for entry in entries:
                    yield Span(entry.key.span.start, max(entry.key.span.end, entry.value.span.end))
                    waiting.append(entry.value)
            case Listing(items=items):
                for item in items:
                    yield item.span
                    waiting.append(item)
            case _:
                pass
