"""An approval that nothing waits for."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.pipeline import Pipelines, Stage
from avion_lint.delivery.workflow import Workflow
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules.workflow._approvals import approving
from avion_rules.workflow._words import listed

_STARTS = pattern(r"gh workflow run|/dispatches\b|createWorkflowDispatch|createDispatchEvent|repository-dispatch")
_SHOWN = 3


@rule("WF106", subject=Delivery)
def approval_without_effect(delivery: Delivery) -> Iterator[Finding]:
    """Find an approval that production's migration does not wait for."""
    pipelines = delivery.pipelines
    production = [stage for stage in pipelines.stages if stage.migration and pipelines.reaches(stage, "production")]
    for workflow in delivery.workflows:
        stages = pipelines.of(workflow)
        for approval in filter(approving, stages):
            within = [stage for stage in production if stage.workflow is workflow]
            passing = [stage for stage in within if not _waits(stage, approval, pipelines)]
            if not within and not _leads_on(workflow, stages, delivery):
                passing = [stage for stage in production if stage.job.steps and not _is_guarded(stage, pipelines)]
            if passing:
                yield _finding(approval, passing)


def _finding(approval: Stage, passing: list[Stage]) -> Finding:
    names = listed([f"{stage.title} in {stage.workflow.path.rpartition('/')[2]}" for stage in passing[:_SHOWN]])
    first = passing[0]
    same = first.workflow is approval.workflow
    told = f"`needs: [{approval.title}]`" if same else "`environment: production`, with required reviewers,"
    also = "" if same else ", and take this workflow away"
    return approval.finding(
        approval.job.key,
        f"Nothing waits for this approval: {names} migrates production whether or not anybody approves.",
        f"Write {told} in the job that migrates{also}.",
        related=tuple(Related(stage.job.place, "this migrates production without it") for stage in passing[:_SHOWN]),
    )


def _waits(stage: Stage, approval: Stage, pipelines: Pipelines) -> bool:
    return stage is approval or any(each is approval for each in pipelines.needed(stage))


def _is_guarded(stage: Stage, pipelines: Pipelines) -> bool:
    """Whether another approval stands before a job."""
    return stage.job.environment is not None or any(map(approving, pipelines.before(stage)))


def _leads_on(workflow: Workflow, stages: tuple[Stage, ...], delivery: Delivery) -> bool:
    """Whether the workflow does something, or starts another one that may."""
    if workflow.is_called or any(stage.doings or stage.job.calls for stage in stages):
        return True
    if any(_STARTS.search(stage.text) for stage in stages):
        return True
    return any(_follows(other, workflow) for other in delivery.workflows)


def _follows(other: Workflow, workflow: Workflow) -> bool:
    trigger = other.trigger("workflow_run")
    return trigger is not None and workflow.name in trigger.texts("workflows")
