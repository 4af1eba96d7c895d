"""Migrations that are brought in a ConfigMap."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.delivery.part import Part
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Scalar
from avion_rules._objects import is_migration, migrating, why

_FOLDER = pattern(r"(?:^|/)(?:sql|migrations?|db/migration)(?:/|$)")
_MOST = 1024 * 1024  # bytes that a ConfigMap may hold (Kubernetes' own limit)


@rule("KM127", subject=Delivery)
def migrations_in_configmap(delivery: Delivery) -> Iterator[Finding]:
    """Point out migrations that are mounted from a ConfigMap, which goes its own way beside the image."""
    for manifest in delivery.of_kind("Job", "CronJob"):
        if not is_migration(manifest):
            continue
        for container in migrating(manifest):
            for name, at in _mounted(manifest, container):
                if not _is_generated(delivery, name):
                    yield _finding(manifest, delivery, name, at)


def _finding(manifest: Manifest, delivery: Delivery, name: str, at: Part) -> Finding:
    size = _size(delivery, name)
    if size > _MOST:
        message = f"Kubernetes refuses the ConfigMap {name}: it holds {size} bytes, and {_MOST} are the most."
    else:
        message = (
            f"The migrations come from the ConfigMap {name}, not from the image: an old one is applied without any "
            "sign of it, and above 1 MiB (all migrations together) Kubernetes refuses it."
        )
    return manifest.finding(
        at.place("mountPath"),
        message,
        "Copy the migrations into the image that migrates (`COPY migrations /migrations`) and deploy that; or let "
        "Kustomize's configMapGenerator make the ConfigMap, whose name then changes with its content.",
        related=why(manifest),
        object=f"{manifest.title}/{name}",
    )


def _mounted(manifest: Manifest, container: Container) -> Iterator[tuple[str, Part]]:
    """ConfigMaps that a container sees in a folder of migrations, with the mount."""
    spec = manifest.pod.spec if manifest.pod else None
    volumes = {part.text("name"): part for part in spec.parts("volumes")} if spec else {}
    for mount in container.part.parts("volumeMounts"):
        volume = volumes.get(mount.text("name"))
        name = volume.scalar("configMap", "name") if volume else None
        path = mount.text("mountPath") or ""
        if name is not None and (_FOLDER.search(path) or "migration" in name.text) and "conf" not in path:
            yield manifest.yaml.as_written(name), mount


def _is_generated(delivery: Delivery, name: str) -> bool:
    return any(
        each.text("name") == name
        for text in delivery.texts
        if text.path.endswith(("kustomization.yaml", "kustomization.yml"))
        for root in text.stream.roots
        for each in Part(text, root).parts("configMapGenerator")
    )


def _size(delivery: Delivery, name: str) -> int:
    found = delivery.find("ConfigMap", name)
    entries = found.part.entries("data") if found else ()
    return sum(
        len(entry.key.text.encode()) + len(entry.value.text.encode())
        for entry in entries
        if isinstance(entry.value, Scalar) and entry.value.known
    )
