"""An expression where GitHub does not offer what it reads, so that it refuses the whole workflow."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.part import Part
from avion_lint.delivery.workflow import Workflow, WorkflowJob
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Key, Scalar, walk
from avion_rules.workflow._words import is_about_migrations, listed, quoted

_RUN = frozenset({"github", "inputs", "vars"})
_JOB = _RUN | {"needs", "strategy", "matrix"}
_EVERY = _JOB | {"env", "job", "jobs", "runner", "secrets", "steps"}

_OF_WORKFLOW: dict[str, frozenset[str]] = {"env": _RUN | {"secrets"}, "concurrency": _RUN, "run-name": _RUN}
_OF_JOB: dict[tuple[str, ...], frozenset[str]] = {
    ("name",): _JOB,
    ("runs-on",): _JOB,
    ("timeout-minutes",): _JOB,
    ("continue-on-error",): _JOB,
    ("concurrency",): _JOB,
    ("strategy",): _RUN | {"needs"},
    ("env",): _JOB | {"secrets"},
    ("with",): _JOB,
    ("secrets",): _JOB | {"secrets"},
    ("environment",): _JOB,
    ("environment", "url"): _JOB | {"env", "job", "runner", "steps"},
    ("container",): _JOB,
    ("container", "env"): _EVERY - {"steps", "jobs"},
    ("container", "credentials"): _JOB | {"env", "secrets"},
    ("services",): _JOB,
    ("services", "*", "env"): _EVERY - {"steps", "jobs"},
    ("services", "*", "credentials"): _JOB | {"env", "secrets"},
}
"""What each key of a job may read (GitHub, "Contexts reference", context availability); the longest path counts."""
_IF_OF_JOB = _RUN | {"needs"}
_IF_OF_STEP = _EVERY - {"secrets", "jobs"}

_EXPRESSION = pattern(r"\$\{\{((?:[^'}$]|\$(?!\{\{)|'[^']*'|\}(?!\}))*)\}\}")
_TEXT = pattern(r"'[^']*'")
_CONTEXT = pattern(r"(?<![\w.\-])([a-z]+)(?=\s*[.\[])")


@rule("WF121", subject=Delivery)
def context_out_of_reach(delivery: Delivery) -> Iterator[Finding]:
    """Find an expression in a workflow about migrations that reads what GitHub does not offer there."""
    for workflow in delivery.workflows:
        if workflow.is_action or not is_about_migrations(workflow, delivery):
            continue
        for key, allowed in _OF_WORKFLOW.items():
            yield from _under(workflow, workflow.part, (key,), key, allowed)
        for job in workflow.jobs:
            yield from _of_job(workflow, job)


def _of_job(workflow: Workflow, job: WorkflowJob) -> Iterator[Finding]:
    for key in dict.fromkeys(path[0] for path in _OF_JOB):
        yield from _under(workflow, job.part, (key,), f"jobs.{job.id}.{key}", None)
    yield from _condition(workflow, job.part, f"jobs.{job.id}.if", _IF_OF_JOB)
    for step in job.steps:
        yield from _condition(workflow, step.part, "a step's if", _IF_OF_STEP)


def _under(
    workflow: Workflow, part: Part, path: tuple[str, ...], title: str, allowed: frozenset[str] | None
) -> Iterator[Finding]:
    node = part.get(*path)
    if node is None:
        return
    for below, scalar in walk(node):
        if isinstance(scalar, Scalar) and "${{" in scalar.text:
            offered = allowed if allowed is not None else _offered((*path, *below))
            texts = [match[1] for match in _EXPRESSION.finditer(scalar.text)]
            where = ".".join((title, *(str(each) for each in below)))
            yield from _judged(workflow, scalar, texts, where, offered)


def _condition(workflow: Workflow, part: Part, title: str, offered: frozenset[str]) -> Iterator[Finding]:
    scalar = part.scalar("if")
    if scalar is not None:
        yield from _judged(workflow, scalar, [scalar.text], title, offered)


def _offered(path: tuple[Key, ...]) -> frozenset[str]:
    """What the longest path that fits offers."""
    found = [known for known in _OF_JOB if _fits(known, path)]
    return _OF_JOB[max(found, key=len)]


def _fits(known: tuple[str, ...], path: tuple[Key, ...]) -> bool:
    return len(known) <= len(path) and all(each in ("*", str(part)) for each, part in zip(known, path, strict=False))


def _judged(
    workflow: Workflow, scalar: Scalar, texts: list[str], where: str, offered: frozenset[str]
) -> Iterator[Finding]:
    read = {name for text in texts for name in _CONTEXT.findall(_TEXT.sub("''", text)) if name in _EVERY}
    wrong = sorted(read - offered)
    if wrong:
        yield workflow.finding(
            scalar,
            f"GitHub refuses the whole workflow, so that no job of it runs: {listed(quoted(wrong))} cannot be read in "
            f"`{where}`.",
            f"Write the value itself there, or take it from one of {listed(quoted(sorted(offered)))}; a job before "
            "can hand a value on by its outputs (`needs.<job>.outputs.<name>`), a matrix with one value does as well.",
        )
