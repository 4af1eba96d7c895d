"""A migration that a newer run ends half-way."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.pipeline import Pipelines, Stage
from avion_lint.delivery.workflow import Concurrency
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Entry, Mapping


@rule("WF102", subject=Delivery)
def cancelled_migration(delivery: Delivery) -> Iterator[Finding]:
    """Find a job that migrates and that GitHub cancels when a newer run begins."""
    for stage in delivery.pipelines.migrating:
        doing = stage.migration
        for holder, concurrency in _groups(stage, delivery.pipelines):
            entry = _cancelling(concurrency)
            if doing is None or entry is None:
                continue
            yield holder.finding(
                entry,
                f"A newer run cancels this one while it migrates: job {stage.title} is ended in the middle of "
                f"`{doing.text}`, with the migration half applied or its Job going on unwatched.",
                "Write `cancel-in-progress: false` in the group that the migration is in. Jobs that build and test "
                "may have a group of their own that cancels.",
                related=(stage.because(doing),),
                object=stage.title,
            )


def _groups(stage: Stage, pipelines: Pipelines) -> Iterator[tuple[Stage, Concurrency]]:
    """Every group by which the job may be cancelled, with the job that is in it or whose workflow is."""
    for holder in (stage, *pipelines.callers(stage.workflow)):
        for concurrency in (holder.job.concurrency, holder.workflow.concurrency):
            if concurrency is not None:
                yield holder, concurrency


def _cancelling(concurrency: Concurrency) -> Entry | None:
    node = concurrency.node
    return node.entry("cancel-in-progress") if isinstance(node, Mapping) and concurrency.cancels == "true" else None
