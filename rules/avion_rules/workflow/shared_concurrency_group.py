"""A concurrency group that jobs for several databases share, so that GitHub drops all but one that wait."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.pipeline import Pipelines, Stage
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Listing
from avion_rules.workflow._words import group, matrix_keys, members, said

_KEPT = 2  # one that runs and one that waits
_TELLING = ("inputs.", "matrix.", "github.ref", "needs.", "vars.", "github.event")


@rule("WF104", subject=Delivery)
def shared_concurrency_group(delivery: Delivery) -> Iterator[Finding]:
    """Find a concurrency group in which migrations of several databases push each other out."""
    for stage in delivery.pipelines.migrating:
        concurrency, doing = stage.concurrency, stage.migration
        if concurrency is None or doing is None or "queue" in _keys(stage):
            continue
        effect = _of_matrix(stage) or _of_environments(stage) or _of_jobs(stage, delivery.pipelines)
        if not effect:
            continue
        yield stage.finding(
            said(concurrency),
            f"Migrations are skipped: {effect}, and of those that wait GitHub keeps the newest and cancels the others.",
            f"Give each database a group: `group: '{group(stage)}'`.",
            related=(stage.because(doing),),
        )


def _keys(stage: Stage) -> frozenset[str]:
    return frozenset(
        entry.key.text for part in (stage.job.part, stage.workflow.part) for entry in part.entries("concurrency")
    )


def _of_matrix(stage: Stage) -> str:
    """What is wrong where the jobs of a matrix have one group; the group of a whole run does not divide them."""
    concurrency, matrix = stage.job.concurrency, stage.job.matrix
    if concurrency is None or matrix is None or "matrix." in concurrency.group:
        return ""
    one_by_one = stage.job.part.text("strategy", "max-parallel") == "1"
    count = 1
    for key in matrix_keys(stage):
        values = matrix.get(key)
        count *= len(values.items) if isinstance(values, Listing) else _KEPT + 1
    # Two of one run have room, one that runs and one that waits, if no other run is there with its own two.
    alone = stage.workflow.concurrency is not None
    if one_by_one or count <= (_KEPT if alone else 1):
        return ""
    return "all jobs of the matrix are in one group, one of them runs at a time"


def _of_jobs(stage: Stage, pipelines: Pipelines) -> str:
    """What is wrong where another job of the workflow, for another environment, has the group as well."""
    own, named = stage.job.concurrency, stage.job.environment
    if own is None or named is None or "${{" in named or stage.workflow.concurrency is not None:
        return ""
    for other in pipelines.of(stage.workflow):
        group_ = other.job.concurrency
        if other is stage or group_ is None or group_.group != own.group or other.migration is None:
            continue
        if other.job.environment not in (None, named) and "${{" not in (other.job.environment or ""):
            return f"`{other.title}` has the same group for `{other.job.environment}`"
    return ""


def _of_environments(stage: Stage) -> str:
    """What is wrong where runs for several environments have one group."""
    concurrency = stage.concurrency
    if concurrency is None or any(word.startswith(_TELLING) for word in members(concurrency.group)):
        return ""
    named = stage.job.environment
    if named is not None and any(word.startswith("inputs.") for word in members(named)):
        return f"runs for every `{named}` are in one group"
    if named is None and len(stage.reached) > 1:
        return f"runs for {' and for '.join(each.environment for each in stage.reached)} are in one group"
    return ""
