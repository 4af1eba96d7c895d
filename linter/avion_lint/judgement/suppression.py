"""Comments that keep findings from counting, `avion-lint: ignore[rule] reason`, and their mistakes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.problems import suggestion
from avion_lint.record import record
from avion_lint.rule import Rule
from avion_lint.rule_names import RuleNames
from avion_lint.schema.annotations import VERB
from avion_lint.source import Document, Place, Span

_MARKS = pattern(r"(--|/\*+|#)\s*")
# A colon makes it ours; without one "avion-lint ignore…" is meant as one, and prose about the tool is not.
_ADDRESSED = pattern(r"avion-?lint\s*(:|(?=ignore\b))\s*", re.IGNORECASE)
_COMMAND = pattern(r"(?P<verb>[A-Za-z_-]*)\s*(?P<list>\[(?P<rules>[^\]]*)\])?\s*:?\s*(?P<reason>.*)", re.DOTALL)
_WORD = pattern(r"[^\s,]+")
_VERBS = ("ignore", "ignore-file")
_KNOWN = (*_VERBS, VERB)


@record
class Suppression:
    """One rule that a comment turns off. `place` is the rule's word in the comment.

    `scope` is the stretch of the file that it holds for, None for the whole file.
    """

    rule: Rule
    reason: str
    place: Place
    scope: Span | None

    def covers(self, rule: Rule, place: Place) -> bool:
        """Whether a finding of that rule at that place is what the comment is about."""
        if rule.id != self.rule.id or place.document.path != self.place.document.path:
            return False
        return self.scope is None or self.scope.start <= place.span.start < self.scope.end


@record
class Suppressions:
    """What the comments of a file turn off, and a finding for each that does not say it as it must."""

    found: tuple[Suppression, ...] = ()
    invalid: tuple[Finding, ...] = ()


@record
class _Comment:
    """A comment that speaks to avion-lint: the whole of it and where its command begins."""

    document: Document
    span: Span
    command: re.Match[str]

    def invalid(self, message: str, span: Span | None = None) -> Finding:
        mark = "#" if self.document.text.startswith("#", self.span.start) else "--"
        remedy = f"Write `{mark} avion-lint: ignore[rule-name] reason`."
        return Finding(Place(self.document, span or self.span), message, remedy, object=self.command["rules"] or "")


def read_suppressions(
    document: Document, comments: Iterable[Span], statements: Iterable[Span], names: RuleNames
) -> Suppressions:
    """Read what the comments at these spans turn off.

    `ignore` holds for the statement that the comment stands in, or behind on its last line; else for the next
    one, from the comment on. `ignore-file` holds for the file and must stand before the first statement.
    `statements` are spans that do not overlap: in SQL statements from their first word, in YAML whatever
    findings are about.
    """
    ordered = sorted(statements)
    read = [each for span in comments for each in _read(document, span, ordered, names)]
    return Suppressions(
        tuple(each for each in read if isinstance(each, Suppression)),
        tuple(each for each in read if isinstance(each, Finding)),
    )


def _read(
    document: Document, span: Span, statements: Sequence[Span], names: RuleNames
) -> Iterator[Suppression | Finding]:
    comment = _addressed(document, span)
    if comment is None or comment.command["verb"].lower() == VERB:  # what is deprecated is the schema's to know
        return
    if wrong := _wrong(comment, statements):
        yield wrong
        return
    scope = None if comment.command["verb"] == "ignore-file" else _scope(document, span, statements)
    reason = " ".join(comment.command["reason"].split())
    for word, place in _words(comment):
        if rule := names.get(word):
            yield Suppression(rule, reason, place, scope)
        else:
            message = _sentence(f"Part of the comment has no effect: {names.unknown(word)}")
            yield comment.invalid(message, place.span)


def _addressed(document: Document, span: Span) -> _Comment | None:
    """Take the comment apart, if it speaks to avion-lint."""
    text, end = document.text, span.end
    start = span.start
    marks = _MARKS.match(text, start, end)
    if marks is None:
        return None
    if text.startswith("/*", start) and text.endswith("*/", start, end):
        end -= 2
    while end > start and text[end - 1].isspace():
        end -= 1
    address = _ADDRESSED.match(text, marks.end(), max(end, marks.end()))
    command = _COMMAND.match(text, address.end(), end) if address else None
    return _Comment(document, Span(start, max(end, start)), command) if command else None


def _wrong(comment: _Comment, statements: Sequence[Span]) -> Finding | None:
    """Find what makes the comment as a whole useless."""
    verb, reason = comment.command["verb"], comment.command["reason"]
    if verb not in _VERBS:
        said = f"avion-lint does not know `{verb}`" if verb else "The comment says nothing that avion-lint knows"
        return comment.invalid(_sentence(f"{said}{suggestion(verb, _KNOWN)}"))
    if not _WORD.search(comment.command["rules"] or ""):
        return comment.invalid("The comment does not name the rule that it turns off.")
    if not any(letter.isalnum() for letter in reason):
        return comment.invalid("The comment gives no reason.")
    if verb == "ignore-file" and statements and statements[0].start < comment.span.start:
        return comment.invalid("`ignore-file` stands behind the first statement, where nobody looks for it.")
    return None


def _sentence(text: str) -> str:
    return text if text.endswith("?") else f"{text}."


def _words(comment: _Comment) -> Iterator[tuple[str, Place]]:
    start, end = comment.command.span("rules")
    for word in _WORD.finditer(comment.document.text, start, end):
        yield word[0], Place(comment.document, Span(*word.span()))


def _scope(document: Document, comment: Span, statements: Sequence[Span]) -> Span:
    """Stretch that an `ignore` holds for; the comment itself where no statement follows it."""
    at = bisect_right(statements, comment.start, key=lambda span: span.start)
    after = statements[at] if at < len(statements) else None
    if at and not (after and _same_line(document, comment.end, after.start)):
        before = statements[at - 1]
        if comment.start < before.end or _same_line(document, before.end, comment.start):
            return Span(before.start, max(before.end, comment.end))
    return Span(comment.start, after.end) if after else comment


def _same_line(document: Document, first: int, second: int) -> bool:
    return document.text.find("\n", first, second) < 0
