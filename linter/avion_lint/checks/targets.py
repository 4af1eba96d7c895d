"""What checks look at: parts of files with what is known around them, as trees with places."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from avion_lint.checks.belonging import Belonging
from avion_lint.checks.model import Target
from avion_lint.checks.scripts import task_word
from avion_lint.checks.statements import hand_tree, touched
from avion_lint.checks.trees import tree
from avion_lint.delivery.acts import Act
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import Part
from avion_lint.delivery.runs import Run
from avion_lint.delivery.workflow import Workflow
from avion_lint.record import cached_property, field, record
from avion_lint.shell.script import Script
from avion_lint.source import UNKNOWN, Place, Span
from avion_lint.yaml.nodes import UNKNOWN_VALUE, Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@record(caches=True)
class Subject:
    """One thing that checks look at.

    `value` is what the schema sees, of `part`, where its places come from, or else `made`; then `place` is where all of
    it stands. `root` is the whole document that it is a part of. `title` names it for people and for exceptions,
    `condition` says under which template's conditions it is there, `script` is what it runs. The rest is what checks
    select by. `places` are those of `actions`, where the value has a list of them.
    """

    target: Target
    path: str
    title: str
    place: Place
    part: Part | None = None
    made: Any = None
    root: Part | None = None
    kind: str = ""
    version: str = ""
    namespace: str = ""
    environment: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    migrates: bool = False
    condition: str = ""
    script: Script | None = None
    actions: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()

    @cached_property
    def value(self) -> Any:
        """What a schema sees."""
        return tree(self.part.node) if self.part else self.made

    @cached_property
    def document(self) -> Any:
        """What a schema's pointers lead into."""
        return self.value if self.root is None else tree(self.root.node)

    def at(self, path: Sequence[Key]) -> Place:
        """Where to point for what stands under a path."""
        if self.part:
            return self.part.place(*path)
        match path:
            case ("actions", int(number), *_) if number < len(self.places):
                return self.places[number]
        return self.place


def subjects(delivery: Delivery, wanted: Collection[Target], belonging: Belonging | None = None) -> Iterator[Subject]:
    """Everything of the wanted sorts in the judged files; `belonging` tells what is of which environment."""
    judged, belonging = delivery.judged, belonging or Belonging()
    for workflow in delivery.workflows:
        if workflow.path in judged:
            yield from (each for each in _of_workflow(workflow, belonging) if each.target in wanted)
    for manifest in delivery.manifests:
        if manifest.path in judged:
            yield from (each for each in _of_manifest(manifest, belonging) if each.target in wanted)
    yield from (each for each in _others(delivery, wanted, belonging) if each.path in judged)


def _of_part(target: Target, part: Part, title: str, **known: Any) -> Subject:
    condition = ", ".join(map(str, part.yaml.conditions(part.node)))
    return Subject(target, part.yaml.path, title, part.yaml.place(part.node), part, condition=condition, **known)


def _of_manifest(manifest: Manifest, belonging: Belonging) -> Iterator[Subject]:
    known = {
        "kind": manifest.kind,
        "version": manifest.api_version,
        "namespace": manifest.namespace or "",
        "environment": belonging.of_manifest(manifest),
        "labels": manifest.labels(),
        "root": manifest.part,
    }
    whole = {**known, "migrates": manifest.migrates is not None}
    yield _of_part(Target.DOCUMENT, manifest.part, manifest.title, **whole)
    data = manifest.part.part("data") if manifest.kind == "ConfigMap" else None
    if data is not None:
        yield _of_part(Target.CONFIG_MAP_DATA, data, manifest.title, **whole)
    if manifest.pod is None:
        return
    if manifest.pod.spec is not None:
        yield _of_part(Target.POD, manifest.pod.spec, manifest.title, **whole)
    for container in manifest.containers:
        own = {**known, "migrates": container.migrates is not None, "script": container.script}
        yield _of_part(Target.CONTAINER, container.part, f"{manifest.title}/{container.name}", **own)


def _of_workflow(workflow: Workflow, belonging: Belonging) -> Iterator[Subject]:
    migrating = any(job.migrating for job in workflow.jobs)
    known = {"kind": "Workflow", "root": workflow.part}
    environment = belonging.of_workflow(workflow)
    yield _of_part(Target.WORKFLOW, workflow.part, workflow.name, migrates=migrating, environment=environment, **known)
    for job in workflow.jobs:
        own = {**known, "environment": belonging.of_job(job)}
        yield _of_part(Target.JOB, job.part, job.id, migrates=job.migrating is not None, **own)
        for step in job.steps:
            migrates = step.migrates is not None and not job.has_own_database
            yield _of_part(
                Target.STEP, step.part, f"{job.id}/{step.name}", migrates=migrates, script=step.script, **own
            )


def _others(delivery: Delivery, wanted: Collection[Target], belonging: Belonging) -> Iterator[Subject]:
    if Target.ENVIRONMENT in wanted:
        for each in delivery.environments:
            yield _of_part(Target.ENVIRONMENT, each.part, each.name, environment=belonging.named(each.name, each.path))
    if Target.ALERT in wanted:
        for rule in delivery.alerts:
            yield _of_part(Target.ALERT, rule.part, rule.name, environment=belonging.named("", rule.path))
    if Target.PANEL in wanted:
        for panel in delivery.panels:
            yield _of_part(Target.PANEL, panel.part, panel.title, environment=belonging.named("", panel.path))
    if {Target.COMMAND, Target.SCRIPT, Target.STATEMENT} & set(wanted):
        for run in delivery.runs:
            yield from _of_scripts(run, wanted, belonging)


def _of_scripts(run: Run, wanted: Collection[Target], belonging: Belonging) -> Iterator[Subject]:
    if {Target.COMMAND, Target.SCRIPT} & set(wanted):
        yield from (each for each in _of_run(run, belonging) if each.target in wanted)
    if Target.STATEMENT in wanted and not run.is_test:
        yield from _by_hand(run, belonging)


def _by_hand(run: Run, belonging: Belonging) -> Iterator[Subject]:
    """SQL that a script sends to PostgreSQL."""
    environment = belonging.of_run(run)
    for statement in run.by_hand:
        names = touched(statement.actions)
        yield Subject(
            Target.STATEMENT,
            run.path,
            names[0] if names else run.title,
            statement.place,
            made=hand_tree(statement, run.document.text),
            environment=environment,
            actions=tuple(type(each).__name__ for each in statement.actions),
            tables=names,
            places=tuple(map(statement.place_of, statement.actions)),
        )


def _of_run(run: Run, belonging: Belonging) -> Iterator[Subject]:
    manifest = run.manifest
    known: dict[str, Any] = {
        "kind": manifest.kind if manifest else "Workflow" if run.job else "",
        "namespace": (manifest.namespace or "") if manifest else "",
        "labels": manifest.labels() if manifest else {},
        "environment": belonging.of_run(run),
        "script": run.script,
    }
    found = [(act, _command(act)) for act in run.acts if act.words]
    does = sorted({task for _, value in found for task in value["does"]})
    whole = {"text": run.script.text, "does": does, "commands": [value for _, value in found]}
    place = found[0][0].place if found else Place(run.document, Span(0, 0))
    yield Subject(Target.SCRIPT, run.path, run.title, place, made=whole, migrates="migrate" in does, **known)
    for act, value in found:
        title = f"{run.title}: {value['name'] or 'command'}"
        yield Subject(
            Target.COMMAND, run.path, title, act.place, made=value, migrates="migrate" in value["does"], **known
        )


def _command(act: Act) -> dict[str, Any]:
    options = act.call.command.options
    return {
        "name": act.call.name or "",
        "words": [UNKNOWN_VALUE if UNKNOWN in word else word for word in act.words],
        "does": sorted({task_word(deed.task) for deed in act.deeds}),
        "machine": act.call.machine.name.lower(),
        "failure": act.failure.outcome.value,
        "errexit": UNKNOWN_VALUE if options.errexit is None else options.errexit,
        "pipefail": UNKNOWN_VALUE if options.pipefail is None else options.pipefail,
    }
