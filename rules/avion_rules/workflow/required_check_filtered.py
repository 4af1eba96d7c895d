"""A required check that does not run for some pull requests, so that they wait for ever or pass unchecked."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from avion_lint.delivery.workflow import Workflow
from avion_lint.finding import Finding, Related
from avion_lint.record import record
from avion_lint.rule import rule

_FILTERS = ("paths", "paths-ignore")
_QUEUE = "merge_group"


@record
class Required:
    """Workflows that pull requests need: their paths or file names, with `*` for any text.

    `merge_queue` tells that the repository merges by a queue. A workflow that runs for `merge_group` counts as
    required by itself.
    """

    workflows: tuple[str, ...] = ()
    merge_queue: bool = False
    STRICTER = (("workflows", "more"), ("merge_queue", "true"))


@rule("WF118", subject=Workflow, options=Required)
def required_check_filtered(workflow: Workflow, options: Required) -> Iterator[Finding]:
    """Find a check that pull requests need and that does not run for all of them."""
    listed = any(fnmatchcase(workflow.path, each) or workflow.path.endswith(f"/{each}") for each in options.workflows)
    if not listed and _QUEUE not in workflow.events:
        return
    yield from _filters(workflow, listed)
    if listed:
        yield from _conditions(workflow)
    if listed and options.merge_queue and _QUEUE not in workflow.events:
        yield workflow.finding(
            workflow.place_of_trigger("pull_request"),
            "The merge queue waits for ever for this required check, which never runs for it.",
            "Add `merge_group:` to `on:`.",
        )


def _filters(workflow: Workflow, listed: bool) -> Iterator[Finding]:
    related: tuple[Related, ...] = ()
    if not listed:
        related = (Related(workflow.place_of_trigger(_QUEUE), "only a required check has to run for the merge queue"),)
    for event in ("pull_request", "pull_request_target"):
        trigger = workflow.trigger(event)
        for key in _FILTERS if trigger else ():
            entry = next((each for each in trigger.entries() if each.key.text == key), None) if trigger else None
            if entry is not None:
                yield workflow.finding(
                    entry,
                    "A pull request that this filter leaves out never gets the required check, and cannot be merged: "
                    "GitHub shows it as pending for ever.",
                    f"Take `{key}` away and let a step look at what changed; avion-lint itself succeeds where no "
                    "migration did.",
                    related=related,
                )


def _conditions(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs:
        if job.condition and "always()" not in job.condition:
            yield workflow.finding(
                job.part.place("if"),
                f"Where this condition does not hold, GitHub counts the skipped job {job.id} as a success, and the "
                "required check has checked nothing.",
                "Move the condition to a step, or let a job with `if: always()` that needs this one fail unless "
                f"`needs.{job.id}.result == 'success'`.",
                object=job.id,
            )
