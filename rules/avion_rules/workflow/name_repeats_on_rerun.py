"""A Job whose name comes again when a run is run again."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.workflow import Workflow
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule

_PER_RUN = pattern(r"GITHUB_(RUN_ID|RUN_NUMBER|SHA)\b|github\.(run_id|run_number|sha)\b")
_PER_ATTEMPT = pattern(r"RUN_ATTEMPT|run_attempt|date|RANDOM|uuid|EPOCH", 2)  # re.IGNORECASE


@rule("WF122", subject=Workflow)
def name_repeats_on_rerun(workflow: Workflow) -> Iterator[Finding]:
    """Find a Job that migrates whose name is the same when its workflow is run again."""
    for job, step in workflow.steps():
        removes = step.script is not None and "kubectl delete" in step.script.text
        for manifest in step.manifests:
            name = manifest.part.scalar("metadata", "name")
            said = _PER_RUN.search(manifest.name)
            if name is None or said is None or removes or _PER_ATTEMPT.search(manifest.name):
                continue
            if manifest.kind != "Job" or manifest.migrates is None:
                continue
            yield manifest.finding(
                name,
                f"A rerun makes no new Job: `{said[0]}` is the same as in the first attempt, so `kubectl apply` finds "
                "the old Job, and what waits sees the old one's end.",
                f"Add the attempt to the name: `{manifest.name}-{_attempt(said[0])}`.",
                object=f"{job.id}/{manifest.title}",
            )


def _attempt(said: str) -> str:
    return "${GITHUB_RUN_ATTEMPT}" if said.startswith("GITHUB_") else "${{ github.run_attempt }}"
