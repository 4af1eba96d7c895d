"""What rules about the keys of workflows share."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.fields import of_workflow
from avion_lint.delivery.workflow import Workflow
from avion_lint.finding import Finding

_REFUSED = "GitHub refuses the whole workflow: none of its jobs runs."
_ACTION = "GitHub refuses the action where it is used, and the job fails."


def migrates(workflow: Workflow) -> bool:
    """Whether one of its jobs changes a database that it did not bring itself."""
    return any(job.migrating for job in workflow.jobs)


def wrong_keys(workflow: Workflow) -> Iterator[Finding]:
    """Findings for the keys of a workflow or an action."""
    for wrong in of_workflow(workflow):
        end = "?" if "did you mean" in wrong.what else "."
        what = f"{wrong.what[:1].upper()}{wrong.what[1:]}"
        yield workflow.finding(wrong.at, f"{what}{end} {_ACTION if workflow.is_action else _REFUSED}", wrong.remedy)
