"""Kubernetes objects as rules see them: their names, their pods and containers, the hooks they are."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery import roles
from avion_lint.delivery.acts import Act, acts
from avion_lint.delivery.commands import Commanding
from avion_lint.delivery.part import Part, Somewhere, YamlText
from avion_lint.delivery.roles import Reason
from avion_lint.finding import Finding, Related
from avion_lint.record import cached_property, record, replace
from avion_lint.shell.script import Script
from avion_lint.source import Place
from avion_lint.yaml.nodes import Key, Mapping, Node, Scalar

_POD_AT: dict[str, tuple[Key, ...]] = {
    "Pod": (),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "DeploymentConfig": ("spec", "template"),
    "Rollout": ("spec", "template"),
}
"""Where each kind keeps its pod template (batch/v1, apps/v1, OpenShift, Argo Rollouts)."""

_ENDING = frozenset({"Job", "CronJob"})
_JOB_AT: dict[str, tuple[Key, ...]] = {"Job": ("spec",), "CronJob": ("spec", "jobTemplate", "spec")}


@record
class Variable:
    """An environment variable of a container.

    `value` is the scalar that gives it, None where it comes from elsewhere; `source` is `secretKeyRef`,
    `configMapKeyRef`, `fieldRef` …, "" for a value; `object` and `key` are what that names, where they are known.
    """

    part: Part
    name: str
    value: Scalar | None = None
    source: str = ""
    object: str = ""
    key: str = ""


@record
class EnvSource:
    """A ConfigMap or Secret all of whose keys become variables; `kind` is `ConfigMap` or `Secret`."""

    part: Part
    kind: str
    name: str


@record(caches=True)
class Container:
    """A container of a pod. `script` is what it runs, as far as command and args say it.

    `migrates` says why it is taken for a migration, None where it is none.
    """

    part: Part
    is_init: bool
    number: int
    script: Script | None = None
    migrates: Reason | None = None

    @property
    def name(self) -> str:
        """Its name, or its number where it has none."""
        scalar = self.part.scalar("name")
        return self.part.yaml.as_written(scalar) if scalar else f"container {self.number}"

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """The commands of what it runs, with what they do."""
        return tuple(acts(self.script)) if self.script else ()

    @property
    def image(self) -> str:
        """Its image as written, U+E000 where a template fills it; "" where none is given."""
        scalar = self.part.scalar("image")
        return scalar.text if scalar else ""

    @property
    def words(self) -> tuple[Scalar, ...]:
        """Command and args, word by word."""
        parts = (*self.part.parts("command"), *self.part.parts("args"))
        return tuple(each.node for each in parts if isinstance(each.node, Scalar))

    @property
    def is_sidecar(self) -> bool:
        """Whether it is an init container that goes on beside the others (`restartPolicy: Always`)."""
        return self.is_init and self.part.text("restartPolicy") == "Always"

    def variables(self) -> tuple[Variable, ...]:
        """Its environment variables."""
        return self._variables

    @cached_property
    def _variables(self) -> tuple[Variable, ...]:
        return tuple(_variable(part) for part in self.part.parts("env"))

    def env_sources(self) -> tuple[EnvSource, ...]:
        """What it takes all variables from."""
        found = []
        for part in self.part.parts("envFrom"):
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if part.has(key):
                    found.append(EnvSource(part, kind, part.text(key, "name") or ""))
        return tuple(found)


@record
class Pod:
    """A pod or pod template: `part` is the mapping with metadata and spec."""

    part: Part
    containers: tuple[Container, ...]

    @property
    def spec(self) -> Part | None:
        """Its spec."""
        return self.part.part("spec")

    @property
    def service_account(self) -> str | None:
        """Name of its service account as far as it is known, None where none is named."""
        scalar = self.part.scalar("spec", "serviceAccountName") or self.part.scalar("spec", "serviceAccount")
        return scalar.text if scalar else None


@record(caches=True)
class Manifest:
    """A Kubernetes object. `inline` tells that it stands in a script or a workflow's step, not in a file of its own.

    `migrates` says why a Job, CronJob or Pod is taken for a migration; None for other kinds, whose containers tell.
    """

    part: Part
    api_version: str
    kind: str
    pod: Pod | None = None
    inline: bool = False
    migrates: Reason | None = None

    @property
    def yaml(self) -> YamlText:
        """The text that it was read from."""
        return self.part.yaml

    @property
    def path(self) -> str:
        """Path of the file."""
        return self.part.yaml.path

    @cached_property
    def name(self) -> str:
        """Its name as written, with a template's actions; "" where it has none."""
        scalar = self.part.scalar("metadata", "name")
        return self.yaml.as_written(scalar) if scalar else ""

    @property
    def namespace(self) -> str | None:
        """Its namespace as far as it is known, U+E000 where a template fills it; None where it names none."""
        scalar = self.part.scalar("metadata", "namespace")
        return scalar.text if scalar else None

    @cached_property
    def home(self) -> str:
        """The folder whose objects are surely brought to the cluster together: a chart's templates, or its own."""
        folders = self.path.split("/")[:-1]
        return "/".join(folders[: folders.index("templates") + 1] if "templates" in folders else folders)

    @property
    def title(self) -> str:
        """Kind and name, for people and for exceptions: `Job/users-migration`."""
        return f"{self.kind}/{self.name}" if self.name else self.kind

    @property
    def head(self) -> Place:
        """Where to report what it lacks: its kind."""
        return self.part.place("kind")

    @property
    def job(self) -> Part | None:
        """The spec of the Job that it is or makes."""
        path = _JOB_AT.get(self.kind)
        return self.part.part(*path) if path else None

    def labels(self) -> dict[str, str]:
        """Its labels and those of its pods, as far as they are known."""
        return _texts(self.part, "metadata", "labels") | (
            _texts(self.pod.part, "metadata", "labels") if self.pod else {}
        )

    def annotations(self) -> dict[str, str]:
        """Its annotations as far as they are known."""
        return _texts(self.part, "metadata", "annotations")

    def annotation(self, name: str) -> Scalar | None:
        """One of its annotations."""
        return self.part.scalar("metadata", "annotations", name)

    @property
    def helm_hooks(self) -> frozenset[str]:
        """The phases of Helm's that it is run in (`pre-upgrade`); empty where it is no hook."""
        return _phases(self.annotation("helm.sh/hook"))

    @property
    def argo_hooks(self) -> frozenset[str]:
        """The phases of Argo CD's that it is run in (`PreSync`); empty where it is no hook of Argo CD's own."""
        return _phases(self.annotation("argocd.argoproj.io/hook"))

    @property
    def containers(self) -> tuple[Container, ...]:
        """Its containers, those for setting up first."""
        return self.pod.containers if self.pod else ()

    def finding(
        self,
        at: Somewhere | None,
        message: str,
        remedy: str = "",
        *,
        related: tuple[Related, ...] = (),
        object: str = "",  # noqa: A002 - the finding's own word
    ) -> Finding:
        """A finding at a part of the object, or at its kind where nothing is there to point at."""
        return self.part.finding(at or self.head, message, remedy, related=related, object=object or self.title)


def manifests(yaml: YamlText, commanding: Commanding, *, inline: bool = False) -> Iterator[Manifest]:
    """Every Kubernetes object of a YAML text; those of a `List` (or OpenShift's `Template`) one by one."""
    for root in yaml.stream.roots:
        yield from _manifests(Part(yaml, root), commanding, inline)


def _manifests(part: Part, commanding: Commanding, inline: bool) -> Iterator[Manifest]:
    api_version, kind = part.text("apiVersion"), part.text("kind")
    if not isinstance(part.node, Mapping) or not api_version or not kind:
        return
    inside = "items" if kind.endswith("List") else "objects" if kind == "Template" else ""
    if inside and part.parts(inside):
        for item in part.parts(inside):
            yield from _manifests(item, commanding, inline)
        return
    bare = Manifest(part, api_version, kind, _pod(part, kind, commanding), inline)
    yield replace(bare, migrates=_reason(bare)) if kind in ("Job", "CronJob", "Pod") else bare


def _reason(manifest: Manifest) -> Reason | None:
    """Why an object that runs to its end is a migration: it says so, its containers do, or it is called so."""
    at = manifest.part.place("metadata", "name")
    return roles.first(
        (
            roles.of_marks(manifest.labels() | manifest.annotations(), manifest.head),
            *(container.migrates for container in manifest.containers),
            roles.of_name(manifest.name, at),
        )
    )


def _pod(part: Part, kind: str, commanding: Commanding) -> Pod | None:
    path = _POD_AT.get(kind)
    pod = part.part(*path) if path is not None else None
    if pod is None or not pod.has("spec"):
        return None
    found = []
    for key, is_init in (("initContainers", True), ("containers", False)):
        for number, each in enumerate(pod.parts("spec", key), start=1):
            found.append(_container(Container(each, is_init, number), commanding, ends=kind in _ENDING))
    return Pod(pod, tuple(found))


def _container(bare: Container, commanding: Commanding, *, ends: bool) -> Container:
    """A container with what it runs; `ends` tells that its pod is there to end."""
    words = tuple(map(bare.part.yaml.text_of, bare.words))
    script = commanding.of_container(words, bare.image)
    return replace(bare, script=script, migrates=roles.of_script(script) or _by_itself(bare, ends=ends))


def _by_itself(bare: Container, *, ends: bool) -> Reason | None:
    """Why a container migrates whose command is its image's own."""
    if bare.part.may_have("command"):
        return None
    by_image = roles.of_image(bare.image, bare.part.place("image"), tuple(word.text for word in bare.words))
    if by_image or not (ends or bare.is_init) or bare.words:
        return by_image
    return roles.of_variables((part.text("name") or "" for part in bare.part.parts("env")), bare.part.place("env"))


_SOURCES = ("secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef")


def _variable(part: Part) -> Variable:
    name = part.text("name") or ""
    for source in _SOURCES:
        if part.has("valueFrom", source):
            at = ("valueFrom", source)
            return Variable(part, name, None, source, part.text(*at, "name") or "", part.text(*at, "key") or "")
    return Variable(part, name, part.scalar("value"))


def _texts(part: Part, *path: Key) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in part.entries(*path):
        value: Node = entry.value
        if isinstance(value, Scalar) and value.known:
            found.setdefault(entry.key.text, value.text)
    return found


def _phases(scalar: Scalar | None) -> frozenset[str]:
    return frozenset(word.strip() for word in scalar.text.split(",") if word.strip()) if scalar else frozenset()
