"""An approval that an action asks for in an issue."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules.workflow._approvals import asking
from avion_rules.workflow._words import is_about_migrations


@rule("WF107", subject=Delivery)
def approval_by_action(delivery: Delivery) -> Iterator[Finding]:
    """Find an approval of migrations that an action asks for, where GitHub's environments do it."""
    for workflow in delivery.workflows:
        if not is_about_migrations(workflow, delivery):
            continue
        for job, step in workflow.steps():
            if asking(step):
                yield workflow.finding(
                    step.part.place("uses"),
                    f"The approval is a step that {step.action} runs, so whoever can change this file on a branch can "
                    "leave it out, and the job that waits ends after the six hours that GitHub's runners give it.",
                    "Put the job that migrates into an environment (`environment: production`) and give that "
                    "environment required reviewers in the repository's settings: GitHub then asks before the job "
                    "begins, keeps who approved, and waits for up to 30 days without a runner.",
                    object=f"{job.id}/{step.name}",
                )
