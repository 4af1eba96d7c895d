"""Switches in an environment's settings that the Jobs and workflows do not follow."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import Environment
from avion_lint.delivery.pipeline import Stage
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules.environment._practice import (
    applied_by,
    backs_up,
    backs_up_regularly,
    does,
    is_there,
    is_unread,
    jobs,
    stages,
)
from avion_rules.environment._values import only, truth

_OTHERS = frozenset({"workflow_dispatch", "workflow_call", "repository_dispatch", "pull_request", "merge_group"})
"""Events that are no start by itself: by hand, by another workflow, or for a test."""
_APPROVES = pattern(r"approval|approve")
_REHEARSES = pattern(r"dry.?run|rehears|\bplan\b|\bpreview\b")
_FAILURE = pattern(r"\bfailure\(\)|\balways\(\)|'failure'")


@rule("EN110", subject=Delivery)
def disobeyed_setting(delivery: Delivery) -> Iterator[Finding]:
    """Find a switch in settings that says one thing while the Jobs and workflows do another."""
    checks = (
        ("backup_enabled", _without_backup, "no backup is made before {name} is migrated"),
        ("dry_run", _without_dry_run, "nothing shows before what would be run in {name}"),
        ("approval_required", _without_approval, "{name} is migrated without anybody being asked"),
        ("rollback_on_failure", _without_rollback, "nothing rolls back in {name} when a migration fails"),
    )
    for environment in delivery.environments:
        if only(delivery, environment.name) is None or environment.rank is None:
            continue
        for key, check, effect in checks:
            setting = environment.setting(key)
            related = tuple(check(delivery, environment)) if truth(setting) else ()
            if setting is not None and related:
                yield environment.finding(
                    setting.entry,
                    f"This says {setting.key}, and it is not done: {effect.format(name=environment.name)}.",
                    "Do it where the migration is started, or say here what really holds.",
                    related=related,
                )
        yield from _started_by_itself(delivery, environment)


def _without_backup(delivery: Delivery, environment: Environment) -> Iterator[Related]:
    if backs_up_regularly(delivery):
        return
    known = stages(delivery, environment.name)
    covered = [stage for stage in known if backs_up(stage, delivery)]
    for job in jobs(delivery, environment.name):
        makers = applied_by(job, known)
        if is_unread(job) or (makers and all(stage in covered for stage in makers)):
            continue
        made = [each for each in job.containers if does(each, Task.BACK_UP)]
        if made and not any(is_there(each, environment.name) for each in made):
            yield Related(made[0].part.place("name"), f"{job.title} has this backup only elsewhere")
        elif not made:
            yield Related(job.head, f"{job.title} makes none")
    for stage in known:
        if stage not in covered and not any(doing.manifest for doing in stage.doings):
            yield Related(stage.job.place, f"job {stage.title} makes none")


def _without_dry_run(delivery: Delivery, environment: Environment) -> Iterator[Related]:
    for stage in stages(delivery, environment.name):
        telling = (Task.STATUS, Task.REHEARSE)
        before = (stage, *delivery.pipelines.before(stage))
        if any(not each.has_own_database and (each.first(*telling) or _REHEARSES.search(each.text)) for each in before):
            continue
        manifests = [doing.manifest for doing in stage.doings if doing.manifest]
        if any(map(is_unread, manifests)):
            continue
        if not any(does(each, *telling) for manifest in manifests for each in manifest.containers):
            yield Related(stage.job.place, f"job {stage.title} migrates at once")


def _without_approval(delivery: Delivery, environment: Environment) -> Iterator[Related]:
    for stage in stages(delivery, environment.name):
        if not _is_gated(stage, delivery):
            yield Related(stage.job.place, f"job {stage.title} is in no GitHub environment and waits for no approval")


def _is_gated(stage: Stage, delivery: Delivery) -> bool:
    before = (stage, *delivery.pipelines.before(stage))
    return any(each.job.environment is not None or _APPROVES.search(each.text.lower()) for each in before)


def _without_rollback(delivery: Delivery, environment: Environment) -> Iterator[Related]:
    for stage in stages(delivery, environment.name):
        jobs_after = [each for each in delivery.pipelines.of(stage.workflow) if not each.has_own_database]
        if not any(each.first(Task.ROLL_BACK) or "rollback" in each.text.lower() for each in jobs_after):
            yield Related(stage.job.place, f"job {stage.title} only fails")


def _started_by_itself(delivery: Delivery, environment: Environment) -> Iterator[Finding]:
    """Switches that are off, and what is done all the same."""
    setting = environment.setting("auto_run")
    found = [
        stage
        for stage in stages(delivery, environment.name)
        if not stage.workflow.events <= _OTHERS and not _is_gated(stage, delivery)
    ]
    if setting is not None and truth(setting) is False and found:
        yield environment.finding(
            setting.entry,
            f"This says that nothing runs by itself, and {environment.name} is migrated on "
            f"{', '.join(sorted(found[0].workflow.events - _OTHERS))}.",
            "Start it by hand (`workflow_dispatch`), or put the job into a GitHub environment with required reviewers.",
            related=tuple(Related(stage.job.place, f"job {stage.title} starts by itself") for stage in found),
        )
    setting = environment.setting("rollback_on_failure")
    undone = [
        doing
        for stage in stages(delivery, environment.name)
        for doing in stage.doings
        if doing.task is Task.ROLL_BACK and doing.step is not None and _FAILURE.search(doing.step.condition)
    ]
    if setting is not None and truth(setting) is False and undone:
        yield environment.finding(
            setting.entry,
            f"This says that nothing is rolled back by itself, and {environment.name} is, when a step fails.",
            "Take the step away, or say here what really holds.",
            related=tuple(Related(doing.place, f"`{doing.text}` when a step fails") for doing in undone),
        )
