"""Text of other people's that becomes part of a script."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.workflow import Step, Workflow, WorkflowJob
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.shell.masking import Expression
from avion_lint.shell.origin import Stretch
from avion_rules.workflow._words import is_about_migrations

_FOREIGN = pattern(
    r"github\.head_ref\b|github\.event\.[\w.*\[\]-]{0,120}\.(?:title|body|message|ref|label|name|email|default_branch)\b"
    r"|github\.event\.(?:comment|review|issue|discussion)\.\w+"
)
_BASE = pattern(r"github\.event\.(?:repository|organization|enterprise)\.|pull_request\.base\.|\.(?:number|id|sha)\b")
_INPUT = pattern(r"(?:github\.event\.)?inputs\.([\w-]+)")
_OUTPUT = pattern(r"steps\.([\w-]+)\.outputs\.")
_FILES = pattern(r"git (?:diff|log|show|ls-tree|diff-tree)\b[^\n]{0,500}(?:--name-only|--name-status)")
_FREE = ("string", "")


@rule("WF128", subject=Delivery)
def template_injection(delivery: Delivery) -> Iterator[Finding]:
    """Find a script, in a workflow about migrations, into which GitHub writes text of other people's."""
    for workflow in delivery.workflows:
        if not is_about_migrations(workflow, delivery):
            continue
        migrating = {stage.job.id for stage in delivery.pipelines.of(workflow) if stage.migration is not None}
        for job, step in workflow.steps():
            found = list(_found(workflow, job, step, with_inputs=job.id in migrating))
            if found:
                yield _finding(workflow, job, step, found)


def _finding(workflow: Workflow, job: WorkflowJob, step: Step, found: list[tuple[Stretch, str, str]]) -> Finding:
    where, text, whose = found[0]
    return workflow.finding(
        where.place,
        f"{whose} becomes part of this script before the shell reads it: with a `;` or a `$(…)` in it, it runs as a "
        "command of this job.",
        f'Hand it over as a variable: `env: {{VALUE: ${{{{ {text} }}}}}}` at the step, and `"$VALUE"` in the script.',
        related=tuple(Related(each.place, f"here `{other}`") for each, other, _ in found[1:]),
        object=f"{job.id}/{step.name}",
    )


def _found(
    workflow: Workflow, job: WorkflowJob, step: Step, *, with_inputs: bool
) -> Iterator[tuple[Stretch, str, str]]:
    script = step.script
    for expression in script.expressions if script else ():
        whose = _whose(workflow, job, expression, with_inputs=with_inputs)
        if script is not None and whose:
            yield Stretch(script.excerpt, expression.start, expression.end), expression.text, whose


def _whose(workflow: Workflow, job: WorkflowJob, expression: Expression, *, with_inputs: bool) -> str:
    text = expression.text
    if _FOREIGN.search(text) and not _BASE.search(text):
        return f"`{text}`, which anybody who opens a pull request or an issue writes,"
    given = _INPUT.search(text)
    if given is not None:
        return (
            f"`{text}`, free text of whoever starts the workflow,"
            if with_inputs and _is_free(workflow, given[1])
            else ""
        )
    output = _OUTPUT.search(text)
    named = next((step for step in job.steps if output and step.id == output[1]), None)
    if named is not None and named.script is not None and _FILES.search(named.script.text.replace("\\\n", " ")):
        return f"`{text}`, names of files that a pull request chooses,"
    return ""


def _is_free(workflow: Workflow, name: str) -> bool:
    """Whether an input takes any text: no number, no choice."""
    for event in ("workflow_dispatch", "workflow_call"):
        trigger = workflow.trigger(event)
        if trigger is not None and trigger.has("inputs", name):
            return (trigger.text("inputs", name, "type") or "") in _FREE
    return False
