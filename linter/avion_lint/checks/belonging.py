"""Which environment something belongs to: by path, namespace, GitHub's environment, label, the file's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from avion_lint import globs
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import Environment, environment_of
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.monitoring import AlertRule, Panel
from avion_lint.delivery.part import Part
from avion_lint.delivery.runs import Run
from avion_lint.delivery.workflow import Workflow, WorkflowJob
from avion_lint.record import field, record
from avion_lint.source import UNKNOWN, Place

_LABELS = ("environment", "env", "app.kubernetes.io/environment")


@record
class Belonging:
    """What policies say of environments, beyond what names tell.

    `names` are those that a policy has rules for; `paths` are globs of files, `namespaces` wildcards of namespaces,
    each with its environment. `profiles` gives for the environments of avion-lint.yaml the sort of place each is.
    """

    names: tuple[str, ...] = ()
    paths: tuple[tuple[str, str], ...] = ()
    namespaces: tuple[tuple[str, str], ...] = ()
    profiles: Mapping[str, str] = field(default_factory=dict)

    def of_path(self, path: str) -> str:
        """The environment that a policy gives to a file; "" where none does."""
        return next((name for glob, name in self.paths if globs.matches(glob, path)), "")

    def word(self, text: str) -> str:
        """The environment that a name means: one that a policy or the settings know, or what it says; "" for none."""
        if not text or UNKNOWN in text:
            return ""
        if text in self.names:
            return text
        meant = self.profiles.get(text) or environment_of(text)
        return next((name for name in self.names if environment_of(name) == meant and meant), meant)

    def named(self, text: str, path: str) -> str:
        """The environment of what is called so in that file."""
        return self.of_path(path) or self.word(text) or text or self.word(path)

    def of_manifest(self, manifest: Manifest) -> str:
        """The environment of an object."""
        namespace = manifest.namespace or ""
        labels = manifest.labels()
        said = (labels[label] for label in _LABELS if label in labels)
        return self.of_path(manifest.path) or self._of_namespace(namespace) or self._first(*said, manifest.path)

    def of_job(self, job: WorkflowJob) -> str:
        """The environment of a workflow's job: GitHub's of that name, or what the job and its file are called."""
        named, path = job.environment or "", job.part.yaml.path
        named = "" if UNKNOWN in named or "${{" in named else named
        return self.of_path(path) or self.word(named) or named or self._first(path)

    def of_workflow(self, workflow: Workflow) -> str:
        """The environment that all jobs of a workflow that have one are of."""
        found = {self.of_job(job) for job in workflow.jobs} - {""}
        return found.pop() if len(found) == 1 else self.of_path(workflow.path)

    def of_run(self, run: Run) -> str:
        """The environment of a script, by who runs it."""
        if run.job is not None:
            return self.of_job(run.job)
        if run.manifest is not None:
            return self.of_manifest(run.manifest)
        return self.of_path(run.path) or self._first(run.path)

    def of(self, subject: object) -> str:
        """The environment of anything that rules look at; "" for what is of none or of several."""
        match subject:
            case Manifest():
                return self.of_manifest(subject)
            case Workflow():
                return self.of_workflow(subject)
            case Run():
                return self.of_run(subject)
            case Environment():
                return self.named(subject.name, subject.path)
            case AlertRule() | Panel():
                return self.of_path(subject.path) or self._first(subject.path)
        return ""

    def _of_namespace(self, namespace: str) -> str:
        from fnmatch import fnmatchcase  # noqa: PLC0415 - only where a policy names namespaces

        said = next((name for each, name in self.namespaces if fnmatchcase(namespace, each)), "")
        return said or self.word(namespace)

    def _first(self, *texts: str) -> str:
        return next((found for text in texts if (found := self.word(text))), "")


def places(delivery: Delivery, belonging: Belonging) -> Mapping[str, tuple[tuple[int, int, str], ...]]:
    """By file: stretches of the text from one offset to another with the environment that they belong to."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for part, environment in _stretches(delivery, belonging):
        span = part.yaml.excerpt.span(part.node.span)
        found.setdefault(part.yaml.path, []).append((span.start, span.end, environment))
    return {path: tuple(sorted(each, key=lambda one: one[1] - one[0])) for path, each in found.items()}


def _stretches(delivery: Delivery, belonging: Belonging) -> Iterator[tuple[Part, str]]:
    for manifest in delivery.manifests:
        yield manifest.part, belonging.of_manifest(manifest)
    for workflow in delivery.workflows:
        yield from ((job.part, belonging.of_job(job)) for job in workflow.jobs)
    for each in delivery.environments:
        yield each.part, belonging.named(each.name, each.path)


def at_place(stretches: Mapping[str, tuple[tuple[int, int, str], ...]], place: Place, belonging: Belonging) -> str:
    """The environment of a place: of the smallest stretch around it, or of its file."""
    path, offset = place.document.path, place.span.start
    inside = (name for start, end, name in stretches.get(path, ()) if start <= offset < end and name)
    return next(inside, "") or belonging.of_path(path) or belonging.word(path)
