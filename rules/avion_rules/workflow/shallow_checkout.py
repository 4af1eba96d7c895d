"""A comparison with the base branch in a checkout that does not have it."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act, acts
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.workflow import Step, Workflow, WorkflowJob
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules.workflow._words import is_about_migrations

_COMPARES = frozenset({"diff", "log", "merge-base", "rev-list", "diff-tree", "ls-tree", "show", "cat-file"})
_BASE = pattern(r"\borigin/|github\.event\.pull_request\.base\.sha|github\.event\.before|github\.base_ref|\bHEAD[~^]")
_SHALLOW = ("", "1")


@rule("WF129", subject=Delivery)
def shallow_checkout(delivery: Delivery) -> Iterator[Finding]:
    """Find a comparison with the base branch, in a workflow about migrations, where only one commit is there."""
    for workflow in delivery.workflows:
        if is_about_migrations(workflow, delivery):
            for job in workflow.jobs:
                yield from _of_job(workflow, job)


def _of_job(workflow: Workflow, job: WorkflowJob) -> Iterator[Finding]:
    checkout: Step | None = None
    for step in job.steps:
        if step.action == "actions/checkout" and not step.option("repository"):
            checkout = step if step.option("fetch-depth") in _SHALLOW else None
        for act in acts(step.script) if step.script and checkout else ():
            if act.words[:2] == ("git", "fetch") or "unshallow" in " ".join(act.words):
                checkout = None
            elif checkout is not None and _compares(act):
                yield _finding(workflow, job, act, checkout)
                return


def _compares(act: Act) -> bool:
    if act.does(Task.LINT) and act.words[0] == "avion-lint":
        return not {"--no-git", "--all", "init", "explain", "rules"} & set(act.words)
    if len(act.words) < 2 or act.words[0] != "git" or act.words[1] not in _COMPARES:  # noqa: PLR2004 - git and its verb
        return False
    return any(_BASE.search(word.raw) for word in act.call.words)


def _finding(workflow: Workflow, job: WorkflowJob, act: Act, checkout: Step) -> Finding:
    if act.words[0] == "avion-lint":
        return workflow.finding(
            act.place,
            "The base branch is not there: actions/checkout fetches one commit only, so nothing tells applied "
            "migrations from new ones.",
            "Write `fetch-depth: 0` at the checkout (`with:`).",
            related=(Related(checkout.part.place("uses"), "fetches one commit"),),
            object=job.id,
        )
    base = next(word for word in act.call.words if _BASE.search(word.raw))
    quiet = " and in a pipeline its failure is not seen: nothing counts as changed" if act.failure.is_lost else ""
    return workflow.finding(
        base.where.place,
        f"`{base.raw}` is not there: actions/checkout fetches one commit only, so `git {act.words[1]}` fails"
        f"{',' if quiet else ''}{quiet}.",
        "Write `fetch-depth: 0` at the checkout (`with:`).",
        related=(Related(checkout.part.place("uses"), "fetches one commit"),),
        object=job.id,
    )
