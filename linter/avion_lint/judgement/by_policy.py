"""What is said of a policy itself: agreements whose day is over, and checks that are about nothing that is there."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint import tool
from avion_lint.checks.belonging import Belonging
from avion_lint.checks.model import Target
from avion_lint.checks.rules import word_of
from avion_lint.checks.targets import subjects
from avion_lint.finding import Finding
from avion_lint.judgement.assess import Assessment
from avion_lint.policy.in_force import Policy
from avion_lint.rule import Rule
from avion_lint.verdict import Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.judgement.judge import Case


def ended(policy: Policy) -> Iterator[Found]:
    """Overrides whose last day is over."""
    for environment in policy.environments:
        for each in environment.lapsed:
            what = f"{each.rule.name} in {each.environment}"
            message = f"The override of {what} ended on {each.expires}; what it allowed is not allowed any more."
            remedy = f"Take it out with what it allowed, or agree on a new day with its owner, {each.owner}."
            yield Found(tool.ENDED_OVERRIDE, Finding(each.place, message, remedy, object=what), "")


def idle(case: Case, assessment: Assessment, belonging: Belonging) -> Iterator[Found]:
    """Checks that select nothing, where everything was judged."""
    waiting = {rule.id: rule for rule in case.rules if rule.written and case.policy.is_on(rule)}
    for subject in _everything(case, assessment, waiting, belonging):
        for rule in [each for each in waiting.values() if each.written and each.written.selects(subject)]:
            del waiting[rule.id]
        if not waiting:
            return
    for rule in waiting.values():
        if rule.written:
            message = f"The check {rule.name} selects nothing in this repository, so that it checks nothing."
            remedy = "Look at its `select`, or take the check out."
            yield Found(tool.IDLE_CHECK, Finding(rule.written.place, message, remedy, object=rule.name), "")


def _everything(case: Case, assessment: Assessment, waiting: dict[str, Rule], belonging: Belonging) -> Iterator[object]:
    wanted = [target for target in Target if any(word_of(rule) == target for rule in waiting.values())]
    if case.around is not None and wanted:
        yield from subjects(case.around.delivery, wanted, belonging)
    if all(isinstance(rule.subject, str) for rule in waiting.values()):
        return
    for project in assessment.projects:
        for migration in project.judged:
            yield from migration.up
