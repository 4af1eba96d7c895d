"""A failure of a migration that does not stop the deployment."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.part import one_line
from avion_lint.delivery.pipeline import Pipelines, Stage
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.shell.calls import Call
from avion_lint.shell.fate import Outcome, Reason

_TAKE = "Take `|| {}` away."
_END = "Let the script end there with a failure: `exit 1` where it is seen to fail, `set -euo pipefail` above."
_ANYWAY = pattern(r"\balways\(\)|!\s*cancelled\(\)|\bfailure\(\)\s*\|\||\|\|\s*failure\(\)|\bsuccess\(\)\s*\|\|")
_DECIDES = pattern(
    r"\b(?:exit|return|false|continue|break|rollback|undo|fail\w*|die|abort)\b|(?:^|[\s;])\w+\+?=|GITHUB_"
)
_LOOKS = pattern(r"\bneeds\.[\w*-]+\.|\bsteps\.[\w-]+\.(?:outcome|conclusion)|\bjob\.status")


@rule("WF111", subject=Delivery)
def deploy_despite_failed_migration(delivery: Delivery) -> Iterator[Finding]:
    """Find a workflow that goes on although its migration failed."""
    pipelines = delivery.pipelines
    for stage in pipelines.migrating:
        yield from _continuing(stage)
        yield from _passed_over(stage)
    for stage in pipelines.stages:
        yield from _steps(stage)
        yield from _job(stage, pipelines)
        yield from _following(stage, delivery)


def _continuing(stage: Stage) -> Iterator[Finding]:
    doing = stage.migration
    if doing is None:
        return
    places = []
    if stage.job.part.text("continue-on-error") == "true":
        places.append(stage.job.part.place("continue-on-error"))
    if doing.step is not None and doing.step.continues_on_error:
        places.append(doing.step.part.place("continue-on-error"))
    for place in places:
        yield stage.finding(
            place,
            "A migration that fails is passed over: what follows runs as if the schema were there, and the run is "
            "shown as a success.",
            "Take `continue-on-error` away, or write it only at steps that do not migrate.",
            related=(stage.because(doing),),
        )


def _passed_over(stage: Stage) -> Iterator[Finding]:
    """A command of the job behind which a migration hides, a script or Helm, and whose failure is thrown away."""
    doing = stage.migration
    calls = (doing.through, doing.call if doing.manifest is not None else None) if doing is not None else ()
    for call in calls:
        if doing is None or call is None or not _is_thrown_away(call):
            continue
        by = call.failure.by
        yield Finding(
            one_line(call.place),
            "A migration that fails in here is passed over: what follows runs as if the schema were there, and the "
            "run is shown as a success.",
            _TAKE.format(by.place.text) if by and call.failure.reason is Reason.OR else _END,
            (stage.because(doing),),
            object=stage.title,
        )
        return


def _is_thrown_away(call: Call) -> bool:
    failure = call.failure
    handler = failure.by.place.text.split() if failure.by else []
    if failure.reason is Reason.OR:
        return failure.is_lost and handler[:1] in ([":"], ["true"], ["echo"], ["printf"])
    if failure.reason is Reason.IF and failure.outcome is Outcome.TESTED and failure.by is not None:
        condition, then, branch = failure.by.place.text.partition("then")
        return condition.split()[:2] == ["if", "!"] and bool(then) and not _DECIDES.search(branch)
    return failure.is_lost and failure.reason in (Reason.PIPE, Reason.BACKGROUND)


def _steps(stage: Stage) -> Iterator[Finding]:
    """Steps after the migration that run whatever became of it."""
    doings = stage.doings if stage.migration else ()
    start = doings.index(stage.migration) if stage.migration else 0
    done = set()
    for doing in doings[start + 1 :]:
        step = doing.step
        if doing.task is not Task.DEPLOY or step is None or step.number in done or stage.migration is None:
            continue
        done.add(step.number)
        if step is not stage.migration.step and _runs_anyway(step.condition):
            yield stage.finding(
                step.part.place("if"),
                f"`{doing.text}` deploys even if the migration before it failed: the new application meets the old or "
                "half-migrated schema.",
                "Take the condition away: a step runs only if all steps before it succeeded.",
                related=(stage.because(stage.migration),),
                object=f"{stage.title}/{step.name}",
            )


def _job(stage: Stage, pipelines: Pipelines) -> Iterator[Finding]:
    """A job that deploys whatever became of those that it needs."""
    deployment = stage.deployment
    if deployment is None or "undo" in deployment.text or not _runs_anyway(stage.job.condition):
        return
    migrating = next((each for each in pipelines.needed(stage) if each.migration is not None), None)
    if migrating is None or migrating.migration is None:
        return
    yield stage.finding(
        stage.job.part.place("if"),
        f"This job deploys even if `{migrating.title}` failed or was cancelled: the new application meets the old or "
        "half-migrated schema.",
        f"Take the condition away, or add `&& needs.{migrating.title}.result == 'success'` (with that job in `needs`).",
        related=(Related(deployment.place, f"`{deployment.text}` deploys"), migrating.because(migrating.migration)),
    )


def _following(stage: Stage, delivery: Delivery) -> Iterator[Finding]:
    """A job that deploys when another workflow has ended, however it ended."""
    trigger, deployment = stage.workflow.trigger("workflow_run"), stage.deployment
    if trigger is None or deployment is None or "workflow_run.conclusion" in _conditions(stage, delivery.pipelines):
        return
    names = trigger.texts("workflows")
    for other in delivery.pipelines.migrating:
        if other.workflow.name in names and other.migration is not None:
            yield stage.finding(
                stage.job.key,
                f"This job deploys when {other.workflow.name} has ended, be it by a migration that failed: "
                "`workflow_run` says nothing of success.",
                "Write `if: github.event.workflow_run.conclusion == 'success'` in the job.",
                related=(Related(deployment.place, f"`{deployment.text}` deploys"), other.because(other.migration)),
            )
            return


def _conditions(stage: Stage, pipelines: Pipelines) -> str:
    """All conditions that a deployment goes through."""
    jobs = [each.job.condition for each in (stage, *pipelines.needed(stage))]
    return " ".join((*jobs, *(step.condition for step in stage.job.steps)))


def _runs_anyway(condition: str) -> bool:
    return bool(_ANYWAY.search(condition)) and not _LOOKS.search(condition)
