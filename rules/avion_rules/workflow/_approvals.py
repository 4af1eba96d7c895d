"""Jobs and actions that ask somebody to approve."""

from __future__ import annotations

from avion_lint.delivery.pipeline import Stage
from avion_lint.delivery.workflow import Step
from avion_lint.pattern import pattern

_ACTIONS = pattern(r"/(?:approveops|[\w-]*approval)$")
_NAMES = pattern(r"(?:^|[^a-z])(?:approve|approval|approvals|sign-?off)(?:$|[^a-z])")
_TALK = frozenset({"pull_request", "pull_request_target", "pull_request_review", "issue_comment", "issues"})
_OTHERS = pattern(r"auto|dependabot|renovate|pull.?request|merge")


def asking(step: Step) -> bool:
    """Whether a step's action asks people and waits for their answer."""
    action = step.action.lower()
    return bool(_ACTIONS.search(action)) and not _OTHERS.search(action)


def approving(stage: Stage) -> bool:
    """Whether a job asks for an approval: by an action, or by its name where it does nothing else."""
    if any(map(asking, stage.job.steps)):
        return True
    if stage.workflow.events and stage.workflow.events <= _TALK:  # it lets the workflows of a pull request run
        return False
    named = f"{stage.job.id} {stage.job.part.text('name') or ''}".lower()
    return not stage.doings and bool(_NAMES.search(named)) and not _OTHERS.search(f"{named} {stage.workflow.path}")
