"""A migration that GitHub lets hang for hours."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.pipeline import Stage
from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule


@record
class Limits:
    """The most minutes that a job which migrates may be given."""

    maximum_minutes: int = 120


@rule("WF108", subject=Delivery, options=Limits)
def migration_without_timeout(delivery: Delivery, options: Limits) -> Iterator[Finding]:
    """Find a job that migrates and that nothing ends within a reasonable time."""
    for stage in delivery.pipelines.migrating:
        doing, part = stage.migration, stage.job.part
        if doing is None:
            continue
        minutes = stage.job.timeout_minutes
        if not part.has("timeout-minutes") and not _limits_step(stage):
            said = "GitHub ends this job after six hours: a migration that waits for a lock holds up all that long"
            yield stage.finding(
                stage.job.key,
                f"{said} whoever queues behind it, and every later deployment.",
                f"Give the job `timeout-minutes`, longer than its migrations and all waits in it take, and at most "
                f"{options.maximum_minutes}.",
                related=(stage.because(doing),),
            )
        elif minutes is not None and minutes > options.maximum_minutes:
            yield stage.finding(
                part.place("timeout-minutes"),
                f"A migration may hang here for {minutes:g} minutes; {options.maximum_minutes} are the most allowed.",
                f"Write `timeout-minutes: {options.maximum_minutes}` or less, or raise `maximum-minutes`.",
                related=(stage.because(doing),),
            )


def _limits_step(stage: Stage) -> bool:
    """Whether the step that migrates has a limit of its own."""
    step = stage.migration.step if stage.migration else None
    return step is not None and step.part.has("timeout-minutes")
