"""The report as GitLab Code Quality JSON."""

from __future__ import annotations

from avion_lint.finding import Level
from avion_lint.judgement.fingerprint import fingerprint
from avion_lint.report.extent import extent
from avion_lint.report.json_text import dump
from avion_lint.report.plain import one_line
from avion_lint.report.wording import rule_title, unchecked_level
from avion_lint.verdict import Result, Unchecked, Verdict

Json = dict[str, object]


def render(verdict: Verdict) -> str:
    """Return a JSON list with an entry for all that counts and for all that could not be checked."""
    entries = [_result(result) for result in verdict.results]
    return dump(entries + [_unchecked(unchecked) for unchecked in verdict.unchecked], depth=1)


def _result(result: Result) -> Json:
    finding = result.finding
    return {
        "description": one_line(f"{result.rule.id}: {finding.message}"),
        "check_name": rule_title(result.rule),
        "fingerprint": result.fingerprint,
        "severity": _severity(result.level),
        "location": {"path": finding.place.document.path, "lines": {"begin": extent(finding.place).line}},
    }


def _unchecked(unchecked: Unchecked) -> Json:
    return {
        "description": one_line(f"Not checked: {unchecked.why} {unchecked.mend}"),
        "check_name": "not-checked",
        "fingerprint": fingerprint("not-checked", unchecked.path, "", unchecked.why, unchecked.line or 0),
        "severity": _severity(unchecked_level(unchecked)),
        "location": {"path": unchecked.path or ".", "lines": {"begin": unchecked.line or 1}},
    }


def _severity(level: Level) -> str:
    """GitLab's word for a level; it knows info, minor, major, critical and blocker."""
    match level:
        case Level.ERROR:
            return "critical"
        case Level.WARNING:
            return "major"
        case _:
            return "info"
