"""The report as JUnit XML: a test suite for every file, a test case for every finding."""

from __future__ import annotations

from collections.abc import Sequence

from avion_lint.finding import Level
from avion_lint.record import record
from avion_lint.report.extent import extent
from avion_lint.report.plain import harmless, harmless_lines, one_line, without_commands
from avion_lint.report.wording import place_text, rule_title, unchecked_level, why_suppressed
from avion_lint.verdict import Result, Suppressed, Unchecked, Verdict


@record
class _Case:
    """A test case: what came of it (an element's name; empty for passed), its message and its text."""

    name: str
    outcome: str = ""
    message: str = ""
    text: str = ""
    line: int | None = None


def render(verdict: Verdict) -> str:
    """Return the report as XML.

    Errors and warnings are failures; findings of level info pass and say what they have to say. What could
    not be checked is an error where the run must not pass without it, else skipped, as is what is suppressed.
    A file with nothing of all that is one passed test case.
    """
    suites = _suites(verdict)
    everything = [case for cases in suites.values() for case in cases]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="avion-lint" {_numbers(everything)}>',
        *(line for path, cases in sorted(suites.items()) for line in _suite(path, cases)),
        "</testsuites>",
    ]
    return without_commands("\n".join(lines) + "\n")


def _suites(verdict: Verdict) -> dict[str, list[_Case]]:
    suites: dict[str, list[_Case]] = {path: [] for path in verdict.judged}
    for result in verdict.results:
        suites.setdefault(result.finding.place.document.path, []).append(_result(result))
    for unchecked in verdict.unchecked:
        suites.setdefault(unchecked.path or ".", []).append(_unchecked(unchecked))
    for suppressed in verdict.suppressed:
        suites.setdefault(suppressed.result.finding.place.document.path, []).append(_suppressed(suppressed))
    return {path: cases or [_Case("no findings")] for path, cases in suites.items()}


def _result(result: Result) -> _Case:
    finding = result.finding
    where = extent(finding.place)
    related = [
        f"{place_text(related.place.document.path, extent(related.place).line)}: {related.message}"
        for related in finding.related
    ]
    lines = [place_text(finding.place.document.path, where.line, where.column)]
    for part in (finding.message, finding.remedy, *related):
        lines += ["", *harmless_lines(part)] if part else []
    outcome = "failure" if result.level >= Level.WARNING else "system-out"
    name = f"{rule_title(result.rule)} {where.line}:{where.column}"
    return _Case(name, outcome, one_line(finding.message), "\n".join(lines), where.line)


def _unchecked(unchecked: Unchecked) -> _Case:
    outcome = "error" if unchecked_level(unchecked) is Level.ERROR else "skipped"
    mend = "\n".join(harmless_lines(unchecked.mend))
    return _Case("checked", outcome, one_line(unchecked.why), mend, unchecked.line)


def _suppressed(suppressed: Suppressed) -> _Case:
    case = _result(suppressed.result)
    return _Case(case.name, "skipped", why_suppressed(suppressed), line=case.line)


def _suite(path: str, cases: Sequence[_Case]) -> list[str]:
    lines = [f"  <testsuite {_attribute('name', path)} {_numbers(cases)}>"]
    for case in cases:
        lines += _case(path, case)
    return [*lines, "  </testsuite>"]


def _case(path: str, case: _Case) -> list[str]:
    line = f' line="{case.line}"' if case.line is not None else ""
    head = (
        f"    <testcase {_attribute('name', case.name)} {_attribute('classname', path)}"
        f' {_attribute("file", path)}{line} time="0"'
    )
    match case.outcome:
        case "":
            return [f"{head}/>"]
        case "system-out":
            inner = f"<system-out>{_escaped(case.text)}</system-out>"
        case "skipped":
            inner = f"<skipped {_attribute('message', case.message)}/>"
        case _:
            message = _attribute("message", case.message)
            inner = f'<{case.outcome} {message} type="{case.outcome}">{_escaped(case.text)}</{case.outcome}>'
    return [f"{head}>", f"      {inner}", "    </testcase>"]


def _numbers(cases: Sequence[_Case]) -> str:
    outcomes = [case.outcome for case in cases]
    failures, errors, skipped = (outcomes.count(outcome) for outcome in ("failure", "error", "skipped"))
    return f'tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="{skipped}" time="0"'


def _attribute(name: str, value: str) -> str:
    return f'{name}="{_escaped(harmless(value))}"'


def _escaped(text: str) -> str:
    """Escape harmless text, which has no character that XML forbids."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
