"""An application that is brought out before the migration that it needs, or beside it."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.pipeline import Doing, Pipelines, Stage
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules.workflow._words import listed, quoted

_INFRASTRUCTURE = pattern(r"postgres|redis|ingress|cert-manager|prometheus|grafana|rabbitmq|kafka|bitnami|operator")
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
        else:
            yield from _in_another_job(stage, deployment, pipelines)


def _in_one_job(stage: Stage, deployment: Doing, migration: Doing) -> Iterator[Finding]:
    if stage.doings.index(deployment) > stage.doings.index(migration) and deployment.place != migration.place:
        return
    if deployment.step is None and migration.step is None:
        return  # both within the workflow that is called, where they are judged
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
