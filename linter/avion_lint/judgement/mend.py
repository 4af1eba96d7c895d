"""Applies fixes to texts in memory until none is left, and keeps only what the rules call better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from avion_lint.finding import Edit, Fix, Level
from avion_lint.record import record
from avion_lint.source import Document
from avion_lint.verdict import Result, Verdict

ROUNDS = 100  # each ends with fewer findings, so that a hundred is more than any change needs
Texts = Mapping[str, str]
"""Texts of files that are changed or new, by path."""

Judge = Callable[[Texts], Verdict]
"""Gives the verdict, with fixes, on the files as they are but for these."""


@record
class Applied:
    """A fix that was applied, with the finding that asked for it."""

    result: Result
    fix: Fix


@record
class Mended:
    """What fixing came to: new texts by path, the old ones of those that were there, and the verdict that is left.

    `refused` are fixes that were tried and given up, because they would have brought other findings.
    """

    texts: Texts
    originals: Texts
    applied: tuple[Applied, ...]
    refused: tuple[Applied, ...]
    before: Verdict
    after: Verdict


def mend(judge: Judge, order: Sequence[str], *, unsafe: bool) -> Mended:
    """Apply fixes to a fixed point; `order` are the ids of rules whose fixes come first, `unsafe` takes all fixes."""
    first = judge({})
    work = _Work(judge, tuple(order), unsafe, first)
    for _ in range(ROUNDS):
        chosen = tuple(work.choose())
        if not chosen:
            break
        work.attempt(chosen)
    return Mended(work.texts, work.originals, tuple(work.applied), tuple(work.refused.values()), first, work.verdict)


Identity = tuple[str, str, str]


class _Work:
    """The state between rounds."""

    def __init__(self, judge: Judge, order: tuple[str, ...], unsafe: bool, verdict: Verdict) -> None:
        self.judge = judge
        self.order = {rule: rank for rank, rule in enumerate(order)}
        self.unsafe = unsafe
        self.verdict = verdict
        self.texts: dict[str, str] = {}
        self.originals: dict[str, str] = {}
        self.applied: list[Applied] = []
        self.refused: dict[Identity, Applied] = {}

    def choose(self) -> Iterator[Applied]:
        """Fixes that do not touch one another: one a file, and new files for one fix a service."""
        taken: set[str] = set()
        for result in sorted(self.verdict.results, key=self._rank):
            fix = result.finding.fix
            if fix is None or not (fix.safe or self.unsafe) or _identity(result) in self.refused:
                continue
            claims = {edit.place.document.path for edit in fix.edits} | {document.path for document in fix.files}
            claims |= {f"new in {result.service}"} if fix.files else set()
            if not claims & taken:
                taken |= claims
                yield Applied(result, fix)

    def _rank(self, result: Result) -> tuple[int, tuple[str, int, int]]:
        return self.order.get(result.rule.id, len(self.order)), result.finding.place.sort_key

    def attempt(self, chosen: tuple[Applied, ...]) -> None:
        """Apply fixes together; where that makes something worse, find out which of them does."""
        texts = {**self.texts, **_applied(chosen)}
        verdict = self.judge(texts)
        if _is_better(self.verdict, verdict, chosen):
            self.originals |= _originals(chosen, self.texts)
            self.texts, self.verdict = texts, verdict
            self.applied += chosen
        elif len(chosen) == 1:
            self.refused[_identity(chosen[0].result)] = chosen[0]
        else:
            half = len(chosen) // 2
            self.attempt(chosen[:half])
            self.attempt(chosen[half:])


def _identity(result: Result) -> Identity:
    fix = result.finding.fix
    return (result.rule.id, result.fingerprint, fix.title if fix else "")


def _applied(chosen: Collection[Applied]) -> dict[str, str]:
    edits: dict[Document, list[Edit]] = {}
    made: dict[str, str] = {}
    for each in chosen:
        made |= {document.path: document.text for document in each.fix.files}
        for edit in each.fix.edits:
            edits.setdefault(edit.place.document, []).append(edit)
    return {**made, **{document.path: edited(document.text, given) for document, given in edits.items()}}


def _originals(chosen: Collection[Applied], texts: Texts) -> dict[str, str]:
    """Texts of the files that are edited for the first time."""
    documents = (edit.place.document for each in chosen for edit in each.fix.edits)
    return {document.path: document.text for document in documents if document.path not in texts}


def edited(text: str, edits: Collection[Edit]) -> str:
    """The text with edits applied, their line ends as the text has them. Raises ValueError for edits that overlap."""
    newline = "\r\n" if "\r\n" in text else "\n"
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.place.span):
        span = edit.place.span
        if span.start < at:
            raise ValueError("two edits of a fix overlap")
        parts += (text[at : span.start], edit.text.replace("\n", newline))
        at = span.end
    return "".join((*parts, text[at:]))


def _is_better(before: Verdict, after: Verdict, chosen: Collection[Applied]) -> bool:
    """Whether every fix took a finding of its rule away, and no rule finds more errors than before."""
    wanted = Counter(each.result.rule.id for each in chosen)
    counts, left = (Counter(result.rule.id for result in verdict.results) for verdict in (before, after))
    if any(counts[rule] - left[rule] < number for rule, number in wanted.items()):
        return False
    revealed = {edit.place.document.path for each in chosen if each.fix.reveals for edit in each.fix.edits}
    return not (_errors(after, revealed) - _errors(before, revealed)) and len(after.unchecked) <= len(before.unchecked)


def _errors(verdict: Verdict, revealed: Collection[str]) -> Counter[str]:
    """Number of errors by rule, those in files that could not be read before left out."""
    results = (result for result in verdict.results if result.finding.place.document.path not in revealed)
    return Counter(result.rule.id for result in results if result.level is Level.ERROR)
