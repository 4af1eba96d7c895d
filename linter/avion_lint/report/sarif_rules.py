"""Rules as SARIF describes them, with their pages as help."""

from __future__ import annotations

from avion_lint.finding import Level
from avion_lint.pages.model import Page
from avion_lint.pages.render import help_markdown, help_text, plain
from avion_lint.report.sarif_text import limited
from avion_lint.rule import Rule
from avion_lint.verdict import EnabledRule, Verdict

Json = dict[str, object]

# GitHub refuses descriptions above this many characters.
DESCRIPTION_LIMIT = 1024
NAME_LIMIT = 255

_FAMILIES = {
    "AC": "access",
    "AV": "tool",
    "CO": "compatibility",
    "DA": "data",
    "DE": "design",
    "EN": "environment",
    "HI": "history",
    "KM": "manifest",
    "LK": "locks",
    "MG": "migrations",
    "MO": "monitoring",
    "SC": "schema",
    "SH": "command",
    "WF": "workflow",
}


def sarif_level(level: Level) -> str:
    """SARIF's word for a level."""
    match level:
        case Level.ERROR:
            return "error"
        case Level.WARNING:
            return "warning"
        case Level.INFO:
            return "note"
        case Level.OFF:
            return "none"


def rules_of(verdict: Verdict) -> list[EnabledRule]:
    """All rules that were on, and any other that reported something, by id; so the list hardly changes."""
    known = {enabled.rule.id: enabled for enabled in verdict.rules}
    suppressed = (suppressed.result for suppressed in verdict.suppressed)
    for result in (*verdict.results, *suppressed):
        known.setdefault(result.rule.id, EnabledRule(result.rule, result.level))
    return [known[rule_id] for rule_id in sorted(known)]


def descriptor(enabled: EnabledRule, page: Page | None) -> Json:
    """Return the `reportingDescriptor` of a rule, with its page as help where it has one."""
    rule = enabled.rule
    summary = rule.summary.strip() or rule.name
    why = f"{summary} {plain(page.why)}" if page else summary
    return {
        "id": rule.id,
        "name": rule.name[:NAME_LIMIT],
        "shortDescription": {"text": limited(summary, DESCRIPTION_LIMIT)},
        "fullDescription": {"text": limited(" ".join(why.split()), DESCRIPTION_LIMIT)},
        "help": {
            "text": help_text(page) if page else summary,
            "markdown": help_markdown(page) if page else summary,
        },
        "defaultConfiguration": {"level": sarif_level(enabled.level)},
        "properties": _properties(rule, enabled.level),
    }


def _properties(rule: Rule, level: Level) -> Json:
    # No security-severity: with it GitHub would take the findings for vulnerabilities.
    return {
        "tags": sorted({_FAMILIES.get(rule.family, rule.family.lower()), "database-migrations"}),
        "precision": "high",
        "problem.severity": "recommendation" if level <= Level.INFO else str(level),
    }
