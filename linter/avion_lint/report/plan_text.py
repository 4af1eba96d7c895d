"""A plan for people, for an approval request, and for machines."""

from __future__ import annotations

import json

from avion_lint.executor.running.plan import Plan, PlannedFile
from avion_lint.executor.running.preflight import Check, Outcome
from avion_lint.finding import Level
from avion_lint.record import record
from avion_lint.stats.units import range_words
from avion_lint.timeline.model import Timeline
from avion_lint.verdict import Result, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.executor.running.estimate import Estimate


@record
class Shown:
    """All that is told of a plan. `against` says why it may not be run now, `timelines` are of its files, by path."""

    plan: Plan
    verdict: Verdict
    checks: tuple[Check, ...]
    estimate: Estimate
    against: tuple[str, ...]
    timelines: dict[str, Timeline]
    revision: str = ""

    @property
    def risk(self) -> str:
        """The risk in a word: `none`, `low`, `medium` or `high`."""
        if not self.plan.files:
            return "none"
        if self.verdict.count(Level.ERROR) or not self.plan.transactional or self.estimate.unknown:
            return "high"
        locks = any(_locks(each) for each in self.timelines.values())
        return "medium" if self.verdict.count(Level.WARNING) or locks else "low"


def text(shown: Shown) -> str:
    """Write it as text."""
    plan = shown.plan
    lines = [f"{plan.service} in {plan.environment}: {_counted(len(plan.files))} for {plan.database}, {plan.runner}"]
    lines.append(f"  version {plan.before} -> {plan.after}, PostgreSQL {plan.server}, risk {shown.risk}")
    if plan.files:
        lines.append(f"  takes {_taken(shown)}, without waiting for locks")
    for file in plan.files:
        lines.append(f"  {file.path}  ({_mode(file)})")
        lines += [f"      {words}" for words in _effects(shown, file)]
    lines += ["", "checks"]
    for check in shown.checks:
        lines.append(f"  {check.name:<13} {check.outcome:<8} {check.measured} (limit: {check.limit})")
        lines += [f"{'':<25}{check.remedy}"] if check.remedy and check.outcome is not Outcome.PASSED else []
    findings = [result for result in shown.verdict.results if result.level >= Level.WARNING]
    if findings:
        lines += ["", "findings", *(f"  {_finding(result)}" for result in findings)]
    lines += ["", *(f"against it: {each}" for each in shown.against)]
    lines.append(f"plan {plan.hash}")
    return "\n".join(lines) + "\n"


def markdown(shown: Shown) -> str:
    """Write it as the text of an approval request."""
    plan = shown.plan
    lines = [f"## Migrations of {plan.service} in {plan.environment}", ""]
    lines.append(f"{_counted(len(plan.files))} for `{plan.database}`, version {plan.before} to {plan.after}.")
    lines.append(f"Risk: **{shown.risk}**. Takes {_taken(shown)}, without waiting for locks.")
    lines += ["", "| migration | when it fails | takes |", "|---|---|---|"]
    for file in plan.files:
        lines.append(
            f"| `{file.path}` | {_mode(file)} | {'; '.join(_effects(shown, file)) or 'nothing that others feel'} |"
        )
    lines += ["", "| check | measured | limit | |", "|---|---|---|---|"]
    lines += [
        f"| {check.name} | {_cell(check.measured)} | {_cell(check.limit)} | {check.outcome} |" for check in shown.checks
    ]
    findings = [result for result in shown.verdict.results if result.level >= Level.WARNING]
    lines += ["", *(f"- {_cell(_finding(result))}" for result in findings)]
    lines += ["", *(f"Against it: {_cell(each)}" for each in shown.against)]
    lines += ["", "Checklist:", *(f"- [ ] {each}" for each in _CHECKLIST), "", f"Plan: `{plan.hash}`"]
    return "\n".join(lines) + "\n"


_CHECKLIST = (
    "tested in staging",
    "plan for the way back is written down",
    "backup is verified",
    "maintenance window is agreed on",
    "the team is told",
)


def as_json(shown: Shown) -> str:
    """Write it as JSON."""
    told = {
        "plan": shown.plan.hash,
        **shown.plan.hashed,
        "after": shown.plan.after,
        "server": shown.plan.server,
        "revision": shown.revision,
        "risk": shown.risk,
        "transactional": shown.plan.transactional,
        "seconds": {"low": round(shown.estimate.seconds.low, 1), "high": round(shown.estimate.seconds.high, 1)},
        "unknown_sizes": list(shown.estimate.unknown),
        "rewritten_bytes": shown.estimate.rewritten,
        "effects": {file.path: _effects(shown, file) for file in shown.plan.files},
        "checks": [
            {
                "name": check.name,
                "measured": check.measured,
                "limit": check.limit,
                "outcome": str(check.outcome),
                "remedy": check.remedy if check.outcome is not Outcome.PASSED else "",
            }
            for check in shown.checks
        ],
        "findings": [_finding(result) for result in shown.verdict.results],
        "against": list(shown.against),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _counted(number: int) -> str:
    return "1 migration" if number == 1 else f"{number} migrations" if number else "nothing to run"


def _taken(shown: Shown) -> str:
    words = range_words(shown.estimate.seconds.low, shown.estimate.seconds.high)
    return f"{words}, not counting {', '.join(shown.estimate.unknown)}" if shown.estimate.unknown else words


def _mode(file: PlannedFile) -> str:
    return "in one transaction: nothing stays" if file.transactional else "NOT in one transaction: parts stay"


def _locks(timeline: Timeline) -> bool:
    return any(timeline.lanes[at].worst.lock.blocks for at in timeline.felt())


def _effects(shown: Shown, file: PlannedFile) -> list[str]:
    """The strongest lock on each relation that others can see."""
    timeline = shown.timelines.get(file.path)
    if timeline is None:
        return []
    lanes = (timeline.lanes[at] for at in timeline.felt())
    return [f"{lane.worst.lock} on {lane.name}" for lane in lanes]


def _finding(result: Result) -> str:
    place = result.finding.place
    where = f"{place.document.path}:{place.start.line}"
    return f"{where} {result.level} {result.rule.id} {result.rule.name}: {result.finding.message}"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")
