"""A job that migrates and that nothing keeps from running twice at a time."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.doings import Doing
from avion_lint.delivery.pipeline import Pipelines, Stage
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules.workflow._words import LOCKING, group


@rule("WF101", subject=Delivery)
def unserialised_migration(delivery: Delivery) -> Iterator[Finding]:
    """Find a job that migrates and that two runs may do at the same time."""
    for stage in delivery.pipelines.migrating:
        doing = stage.migration
        if doing is None or _is_grouped(stage, delivery.pipelines):
            continue
        yield stage.finding(
            stage.job.key,
            f"Two runs of this job can be at the same database at the same time: {_effect(doing)}.",
            f"Give the job `concurrency: {{group: '{group(stage)}', cancel-in-progress: false}}`, one group for each "
            "database. GitHub keeps one run waiting for each group and drops it when a newer one comes; that is "
            "harmless as long as the newer one migrates the same database further.",
            related=(stage.because(doing),),
        )


def _is_grouped(stage: Stage, pipelines: Pipelines) -> bool:
    """Whether a run waits for the one before, or whether that is decided by callers that are not all known here."""
    if stage.concurrency is not None:
        return True
    if stage.workflow.events != {"workflow_call"}:
        return False
    return all(caller.concurrency is not None for caller in pipelines.callers(stage.workflow))


def _effect(doing: Doing) -> str:
    tool = doing.text.partition(" ")[0]
    if tool in LOCKING:
        return f"{tool} makes the second one wait, but the older commit may come last and go on to be deployed"
    return "nothing makes the second one wait for the first"
