"""A token that may do more than a job which migrates needs."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.part import Part
from avion_lint.delivery.pipeline import Stage
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules.workflow._words import listed, quoted

_HARMLESS = frozenset({"id-token", "deployments", "statuses", "checks", "pull-requests", "issues"})


@rule("WF127", subject=Delivery)
def broad_permissions(delivery: Delivery) -> Iterator[Finding]:
    """Find a job that migrates with a token which may change the repository."""
    for stage in delivery.pipelines.migrating:
        holder = next((part for part in (stage.job.part, stage.workflow.part) if part.has("permissions")), None)
        excess = _excess(holder) if holder else "whatever the repository gives by default"
        if not excess or (holder is None and _is_decided_by_callers(stage, delivery)):
            continue
        yield stage.finding(
            holder.place("permissions") if holder else stage.job.key,
            f"What runs in this job, the migration tool and every action among it, may do with the repository "
            f"{excess}.",
            "Write `permissions: {contents: read}` in the job, with `id-token: write` where it logs in to a cloud.",
        )


def _excess(holder: Part) -> str:
    if holder.text("permissions") == "write-all":
        return "everything"
    written = [
        entry.key.text
        for entry in holder.entries("permissions")
        if holder.text("permissions", entry.key.text) == "write"
    ]
    wrong = sorted(set(written) - _HARMLESS)
    return f"what `write` on {listed(quoted(wrong))} allows" if wrong else ""


def _is_decided_by_callers(stage: Stage, delivery: Delivery) -> bool:
    if stage.workflow.events != {"workflow_call"}:
        return False
    callers = delivery.pipelines.callers(stage.workflow)
    return all(caller.job.part.has("permissions") or caller.workflow.part.has("permissions") for caller in callers)
