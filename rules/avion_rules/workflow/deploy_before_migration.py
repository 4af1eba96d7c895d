"""An application that is brought out before the migration that it needs, or beside it."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.doings import Doing
from avion_lint.delivery.pipeline import Pipelines, Stage
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules.workflow._words import listed, quoted

_INFRASTRUCTURE = pattern(r"postgres|redis|ingress|cert-manager|prometheus|grafana|rabbitmq|kafka|bitnami|operator")
_ASKS = pattern(
    r"kubectl[^\n|;&]{0,200}\s(?:wait|get|attach|describe)\b|logs[^\n|;&]{0,200}(?:-f\b|--follow)|until |while |argocd"
    r"|wait_"
)
_BACK = ("undo", "rollback")


@rule("WF110", subject=Delivery)
def deploy_before_migration(delivery: Delivery) -> Iterator[Finding]:
    """Find an application that is deployed without waiting for the migration that it needs."""
    pipelines = delivery.pipelines
    for stage in pipelines.stages:
        deployment = next(filter(_is_deployment, stage.doings), None)
        if deployment is None or stage.has_own_database:
            continue
        migration = stage.first(Task.MIGRATE)
        if migration is not None:
            yield from _in_one_job(stage, deployment, migration)
            yield from _without_wait(stage, deployment, migration)
        else:
            yield from _in_another_job(stage, deployment, pipelines)
            if len(delivery.services) <= 1:  # a repository of several has workflows that have nothing to do with it
                yield from _in_another_workflow(stage, deployment, pipelines)


def _in_one_job(stage: Stage, deployment: Doing, migration: Doing) -> Iterator[Finding]:
    if stage.doings.index(deployment) > stage.doings.index(migration) and deployment.place != migration.place:
        return
    if deployment.step is None and migration.step is None:
        return  # both within the workflow that is called, where they are judged
    if deployment.place == migration.place and deployment.manifest is None:
        return  # Helm or Argo CD brings both; in which order tells migration-not-first
    if deployment.place == migration.place:
        effect = f"{deployment.text} and {migration.text} are made at the same moment, so the application starts"
        mend = "Apply the migration's Job first, wait for it (`kubectl wait`), then apply the rest."
    else:
        effect = f"`{deployment.text}` brings the new application out"
        mend = "Put the step that migrates first; whatever follows it runs only if it has succeeded."
    yield stage.finding(
        deployment.step.part.place("name") if deployment.step else deployment.place,
        f"{effect} before the migration has run: new code meets the old schema.",
        mend,
        related=_explained(deployment, migration),
        object=stage.title,
    )


def _without_wait(stage: Stage, deployment: Doing, migration: Doing) -> Iterator[Finding]:
    """A Job that kubectl makes, which goes on by itself while the job deploys: nothing between asks for its end."""
    job, doings = migration.manifest, stage.doings
    if job is None or job.kind != "Job" or job.helm_hooks or job.argo_hooks or deployment.place == migration.place:
        return
    if doings.index(deployment) < doings.index(migration) or deployment.step is None or migration.step is None:
        return
    scripts = [step.script.text for step in stage.job.steps if step.script] + [
        each.call.script.text for each in doings if each.call
    ]
    if any(each.task is Task.WAIT and "rollout" not in each.text for each in doings) or any(map(_ASKS.search, scripts)):
        return
    yield stage.finding(
        deployment.step.part.place("name"),
        f"`{deployment.text}` does not wait for {job.title}: the Job is only made before it, and migrates, or fails, "
        "while the new application comes out.",
        "Wait for its end first, and see it fail as well: ask `kubectl get` for its `.status.conditions` until they "
        "say Complete or Failed.",
        related=_explained(deployment, migration),
        object=stage.title,
    )


def _in_another_job(stage: Stage, deployment: Doing, pipelines: Pipelines) -> Iterator[Finding]:
    before = pipelines.needed(stage)
    candidates = [other for other in pipelines.of(stage.workflow) if _migrates(other) and _same_target(stage, other)]
    if not candidates or any(other in before for other in candidates):
        return
    names = [other.title for other in candidates]
    migration = candidates[0].migration
    yield stage.finding(
        stage.job.key,
        f"This job does not wait for {listed(quoted(names))}: the new application comes out while its migration "
        "runs, or before, or although it failed.",
        f"Write `needs: [{', '.join(dict.fromkeys((*stage.job.needs, *names)))}]` in it.",
        related=_explained(deployment, migration) if migration else (),
    )


def _in_another_workflow(stage: Stage, deployment: Doing, pipelines: Pipelines) -> Iterator[Finding]:
    """A workflow that a push starts beside the one that migrates, for the same files."""
    if any(_migrates(other) for other in pipelines.of(stage.workflow)):
        return
    for other in pipelines.stages:
        migration = other.migration
        if other.workflow is stage.workflow or migration is None or not _migrates(other):
            continue
        if not _same_push(stage, other) or not _same_target(stage, other):
            continue
        yield stage.finding(
            stage.job.key,
            f"The push that starts this workflow starts {other.workflow.name} as well, and nothing makes this job "
            f"wait for `{other.title}` there: the new application comes out while its migration runs, or before.",
            f"Put both jobs into one workflow, with `needs: [{other.title}]` here, or start this workflow by "
            f"`workflow_run` of that one and ask for `github.event.workflow_run.conclusion == 'success'`.",
            related=_explained(deployment, migration),
        )
        return


def _same_push(stage: Stage, other: Stage) -> bool:
    """Whether each push that migrates also deploys, going by branches and paths."""
    ours, theirs = stage.workflow.trigger("push"), other.workflow.trigger("push")
    if ours is None or theirs is None or ours.has("paths") or ours.has("tags") or theirs.has("tags"):
        return False
    shared = set(ours.texts("branches")) & set(theirs.texts("branches"))
    return bool(shared) and "github.ref" not in f"{stage.job.condition}{other.job.condition}"


def _migrates(stage: Stage) -> bool:
    return stage.migration is not None and stage.migration.task is Task.MIGRATE


def _is_deployment(doing: Doing) -> bool:
    """Whether the application is brought out, not taken back, and not a database or the like."""
    if doing.task is not Task.DEPLOY or doing.text.endswith(_BACK):
        return False
    if doing.step is not None and "failure()" in doing.step.condition:
        return False
    words = " ".join(word.shape for word in doing.call.words) if doing.call else doing.text
    return not _INFRASTRUCTURE.search(words)


def _same_target(stage: Stage, other: Stage) -> bool:
    """Whether two jobs go to the same environment, as far as is known."""
    ours = {each.environment for each in stage.reached}
    theirs = {each.environment for each in other.reached}
    return not ours or not theirs or not ours.isdisjoint(theirs)


def _explained(deployment: Doing, migration: Doing) -> tuple[Related, ...]:
    return (
        Related(deployment.place, f"`{deployment.text}` deploys"),
        Related(migration.place, f"the migration: {migration.why}"),
    )
