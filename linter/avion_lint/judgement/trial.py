"""Checks tried on their own examples: which finding is missing, which is too much, which check has no example."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint import tool
from avion_lint.checks.model import Check, Example, ExampleText
from avion_lint.checks.rules import rule_of
from avion_lint.finding import Level
from avion_lint.judgement.rehearse import rehearse
from avion_lint.pages.markdown import Line
from avion_lint.pages.marks import COMMENT_MARKS, MarkError, read_marks
from avion_lint.pages.model import Finds
from avion_lint.policy.in_force import Policy
from avion_lint.record import record
from avion_lint.settings.rules import RuleSetting
from avion_lint.source import Place
from avion_lint.verdict import Verdict

_LANGUAGES = {"sql": "sql", "yaml": "yaml", "yml": "yaml", "json": "json", "conf": "conf", "toml": "toml"}
_UNREAD = frozenset({tool.NOT_PARSED.id, tool.NOT_READABLE.id, tool.NOT_JUDGED.id})


@record
class Trial:
    """What came of trying a check: how many examples it has, and what is wrong, with places in the policy."""

    check: Check
    passing: int
    failing: int
    wrong: tuple[tuple[Place, str], ...]

    @property
    def untested(self) -> str:
        """What examples it lacks, in words; "" where it has both sorts."""
        match self.failing, self.passing:
            case 0, 0:
                return "it has no examples"
            case 0, _:
                return "no example fails"
            case _, 0:
                return "no example passes"
        return ""


def tried(check: Check) -> Trial:
    """Try a check on its examples, with the defaults of its parameters."""
    wrong = tuple(found for example in check.examples for found in _wrong(check, example))
    passing = sum(example.passes for example in check.examples)
    return Trial(check, passing, len(check.examples) - passing, wrong)


@record
class _Marked:
    """The files of an example without marks, by path, and the lines where a mark says that the check speaks."""

    files: dict[str, str]
    before: dict[str, str]
    marks: frozenset[tuple[str, int]]


def _wrong(check: Check, example: Example) -> Iterator[tuple[Place, str]]:
    try:
        marked = _marked(check, example)
    except MarkError as error:
        yield example.place, f"line {error.line} of the example: {error.message}"
        return
    verdict = _judged(check, marked)
    unread = [*_unread(verdict)]
    if unread:
        yield example.place, f"the example cannot be judged: {unread[0]}"
        return
    found = {_where(result.finding.place) for result in verdict.results if result.rule.id == check.id}
    if example.passes:
        yield from (
            (example.place, f"{check.id} finds something in line {line} of an example that it should pass{_of(path)}")
            for path, line in sorted(found)
        )
    elif not found:
        yield example.place, f"{check.id} finds nothing in an example that should fail: {_why(verdict)}"
    elif marked.marks:
        yield from (
            (example.place, f"{check.id} is marked in line {line} of the example and not found there{_of(path)}")
            for path, line in sorted(marked.marks - found)
        )
        yield from (
            (example.place, f"{check.id} is found in line {line} of the example, which has no mark{_of(path)}")
            for path, line in sorted(found - marked.marks)
        )


def _marked(check: Check, example: Example) -> _Marked:
    """Take the marks of this check (`# finds XA101`) out of an example; raises MarkError."""
    files: dict[str, str] = {}
    before: dict[str, str] = {}
    marks: set[tuple[str, int]] = set()
    for file in example.files:
        language = _LANGUAGES.get(file.path.rpartition(".")[2], "sh")
        read = read_marks(tuple(_lines(file)), language if language in COMMENT_MARKS else "sh")
        text = "".join(f"{line}\n" for line in read.lines)
        (before if file.before else files)[file.path] = text
        marks |= {(file.path, mark.line) for mark in read.marks if isinstance(mark, Finds) and mark.rule == check.id}
    return _Marked(files, before, frozenset(marks))


def _lines(file: ExampleText) -> Iterator[Line]:
    for number, text in enumerate(file.text.split("\n"), 1):
        yield Line(number, text)


def _judged(check: Check, marked: _Marked) -> Verdict:
    rule = rule_of(check)
    levels = {each.id: RuleSetting(each, Level.WARNING) for each in (rule, *tool.RULES)}
    return rehearse({**marked.before, **marked.files}, marked.before, (rule,), policy=Policy(levels))


def _unread(verdict: Verdict) -> Iterator[str]:
    for result in verdict.results:
        if result.rule.id in _UNREAD:
            yield f"{result.finding.message} (line {result.finding.place.start.line})"
    yield from (f"{each.why}{f': {each.mend}' if each.mend else ''}" for each in verdict.unchecked if each.blocks)


def _where(place: Place) -> tuple[str, int]:
    return place.document.path, place.start.line


def _of(path: str) -> str:
    return f" ({path})"


def _why(verdict: Verdict) -> str:
    """What may be the reason that a check finds nothing."""
    if not verdict.judged:
        return "its files are none that are read; give `path`, what the file is called in a repository"
    unchecked = next((f"; not checked: {each.why}" for each in verdict.unchecked), "")
    paths = ", ".join(sorted(verdict.judged))
    return f"look at `select` and at the schema; it was read as {paths}{unchecked}"
