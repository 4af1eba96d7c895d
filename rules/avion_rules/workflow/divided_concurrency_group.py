"""A concurrency group that two runs for the same database do not share."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.pipeline import Stage
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules.workflow._words import group, listed, quoted, said

_PER_RUN = pattern(r"github\.(?:run_id|run_number|run_attempt|sha)\b|github\.event\.(?:after|head_commit\.id)\b")
_PER_REF = pattern(r"github\.(?:ref|ref_name|head_ref)\b|github\.event\.(?:number|pull_request\.number)\b")
_REF = pattern(r"github\.(?:ref|ref_name|base_ref)\b")


@rule("WF103", subject=Delivery)
def divided_concurrency_group(delivery: Delivery) -> Iterator[Finding]:
    """Find a concurrency group of a job that migrates which runs for the same database do not share."""
    for stage in delivery.pipelines.migrating:
        concurrency, doing = stage.concurrency, stage.migration
        if concurrency is None or doing is None:
            continue
        per_run, per_ref = _PER_RUN.findall(concurrency.group), _PER_REF.findall(concurrency.group)
        if per_run:
            effect = f"every run has a group of its own, for {listed(quoted(per_run))} is new each time"
        elif per_ref and _refs_share(stage):
            effect = f"runs of two branches have two groups, for {listed(quoted(per_ref))} differs, and one database"
        else:
            continue
        yield stage.finding(
            said(concurrency),
            f"The group keeps no two migrations apart: {effect}.",
            f"Name the group after the database alone: `group: '{group(stage)}'`.",
            related=(stage.because(doing),),
        )


def _refs_share(stage: Stage) -> bool:
    """Whether several branches or tags come to one database: it does not depend on the branch which it is."""
    if _REF.search(stage.job.condition) or _chosen_by_ref(stage):
        return False
    return stage.workflow.events != {"workflow_call"} and not _is_one_branch(stage)


def _chosen_by_ref(stage: Stage) -> bool:
    """Whether the branch decides where the job goes."""
    named = stage.job.environment
    return bool(_REF.search(named)) if named is not None else len(stage.reached) != 1


def _is_one_branch(stage: Stage) -> bool:
    push = stage.workflow.trigger("push")
    branches = push.texts("branches") if push else ()
    others = stage.workflow.events - {"push", "schedule"}
    return not others and len(branches) == 1 and not any(mark in branches[0] for mark in "*?[!")
