"""What checks look at: parts of files with what is known around them, as trees with places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from avion_lint.checks.model import Target
from avion_lint.checks.trees import tree
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import environment_of
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import Part
from avion_lint.delivery.runs import Run
from avion_lint.delivery.workflow import Workflow, WorkflowJob
from avion_lint.record import field, record
from avion_lint.source import Place
from avion_lint.yaml.nodes import Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@record
class Subject:
    """One thing that checks look at.

    `value` is what the schema sees, `part` where its places come from; where there is none, `place` is where all of it
    stands. `title` names it for people and for exceptions, `condition` says under which template's conditions it is
    there. The rest is what checks select by.
    """

    target: Target
    value: Any
    path: str
    title: str
    place: Place
    part: Part | None = None
    kind: str = ""
    namespace: str = ""
    environment: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    migrates: bool = False
    condition: str = ""

    def at(self, path: Sequence[Key]) -> Place:
        """Where to point for what stands under a path."""
        return self.part.place(*path) if self.part else self.place


def subjects(delivery: Delivery, wanted: frozenset[Target]) -> Iterator[Subject]:
    """Everything of the wanted sorts in the judged files."""
    judged = delivery.judged
    for workflow in delivery.workflows:
        if workflow.path in judged:
            yield from (each for each in _of_workflow(workflow) if each.target in wanted)
    for manifest in delivery.manifests:
        if manifest.path in judged:
            yield from (each for each in _of_manifest(manifest) if each.target in wanted)
    yield from (each for each in _others(delivery, wanted) if each.path in judged)


def _of_part(target: Target, part: Part, title: str, **known: Any) -> Subject:
    conditions = ", ".join(map(str, part.yaml.conditions(part.node)))
    place = part.yaml.place(part.node)
    return Subject(target, tree(part.node), part.yaml.path, title, place, part, condition=conditions, **known)


def _of_manifest(manifest: Manifest) -> Iterator[Subject]:
    namespace = manifest.namespace or ""
    known = {
        "kind": manifest.kind,
        "namespace": namespace,
        "environment": environment_of(namespace) or environment_of(manifest.path),
        "labels": manifest.labels(),
        "migrates": manifest.migrates is not None,
    }
    yield _of_part(Target.DOCUMENT, manifest.part, manifest.title, **known)
    if manifest.pod is None:
        return
    spec = manifest.pod.spec
    if spec is not None:
        yield _of_part(Target.POD, spec, manifest.title, **known)
    for container in manifest.containers:
        own = {**known, "migrates": container.migrates is not None}
        yield _of_part(Target.CONTAINER, container.part, f"{manifest.title}/{container.name}", **own)


def _of_workflow(workflow: Workflow) -> Iterator[Subject]:
    migrating = any(job.migrating for job in workflow.jobs)
    yield _of_part(Target.WORKFLOW, workflow.part, workflow.name, kind="Workflow", migrates=migrating)
    for job in workflow.jobs:
        known = {"kind": "Workflow", "environment": _environment(job)}
        yield _of_part(Target.JOB, job.part, job.id, migrates=job.migrating is not None, **known)
        for step in job.steps:
            migrates = step.migrates is not None and not job.has_own_database
            yield _of_part(Target.STEP, step.part, f"{job.id}/{step.name}", migrates=migrates, **known)


def _environment(job: WorkflowJob) -> str:
    """The environment of a job, by GitHub's environment of that name or as it is called."""
    named = job.environment or ""
    return environment_of(named) or named


def _others(delivery: Delivery, wanted: frozenset[Target]) -> Iterator[Subject]:
    if Target.ENVIRONMENT in wanted:
        for each in delivery.environments:
            yield _of_part(Target.ENVIRONMENT, each.part, each.name, environment=each.name)
    if Target.ALERT in wanted:
        for rule in delivery.alerts:
            yield _of_part(Target.ALERT, rule.part, rule.name)
    if Target.PANEL in wanted:
        for panel in delivery.panels:
            yield _of_part(Target.PANEL, panel.part, panel.title)
    if Target.COMMAND in wanted:
        for run in delivery.runs:
            yield from _commands(run)


def _commands(run: Run) -> Iterator[Subject]:
    for act in run.acts:
        if not act.words:
            continue
        options = act.call.command.options
        value = {
            "name": act.call.name or "",
            "words": list(act.words),
            "does": [deed.task.name.lower() for deed in act.deeds],
            "machine": act.call.machine.name.lower(),
            "failure": act.failure.outcome.value,
            "errexit": options.errexit,
            "pipefail": options.pipefail,
        }
        manifest, job = run.manifest, run.job
        environment = _environment(job) if job else environment_of(manifest.namespace or "") if manifest else ""
        yield Subject(
            Target.COMMAND,
            value,
            run.path,
            f"{run.title}: {act.call.name or 'command'}",
            act.place,
            kind=manifest.kind if manifest else "Workflow" if job else "",
            environment=environment or environment_of(run.path),
            migrates=any(deed.task.name == "MIGRATE" for deed in act.deeds),
        )
