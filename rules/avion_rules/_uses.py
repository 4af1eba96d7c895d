"""What a pod needs of other objects: service account, ConfigMaps, Secrets, volumes."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import Part
from avion_lint.record import record
from avion_lint.source import Place
from avion_lint.yaml.nodes import Key


@record
class Use:
    """An object that a pod needs: kind and name as written; `optional` where it starts without it."""

    kind: str
    name: str
    place: Place
    optional: bool = False


def uses(manifest: Manifest) -> Iterator[Use]:
    """What the pods of an object need, in the order of the file as far as possible."""
    pod = manifest.pod
    if pod is None or pod.spec is None:
        return
    yield from _use(pod.spec, "ServiceAccount", ("serviceAccountName",))
    for container in manifest.containers:
        for variable in container.part.parts("env"):
            yield from _use(variable, "Secret", ("valueFrom", "secretKeyRef", "name"))
            yield from _use(variable, "ConfigMap", ("valueFrom", "configMapKeyRef", "name"))
        for source in container.part.parts("envFrom"):
            yield from _use(source, "Secret", ("secretRef", "name"))
            yield from _use(source, "ConfigMap", ("configMapRef", "name"))
    for volume in pod.spec.parts("volumes"):
        yield from _use(volume, "ConfigMap", ("configMap", "name"))
        yield from _use(volume, "Secret", ("secret", "secretName"))
        yield from _use(volume, "PersistentVolumeClaim", ("persistentVolumeClaim", "claimName"))


def _use(part: Part, kind: str, path: tuple[Key, ...]) -> Iterator[Use]:
    scalar = part.scalar(*path)
    if scalar is not None and scalar.text:
        optional = part.text(*path[:-1], "optional") == "true"
        yield Use(kind, part.yaml.as_written(scalar), part.yaml.place(scalar), optional)
