"""Proxies of a service mesh beside a Job, which never end."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.source import Place
from avion_rules._objects import is_migration, why

_KEYS = {"istio": "sidecar.istio.io/inject", "linkerd": "linkerd.io/inject"}
_OFF = {"istio": "false", "linkerd": "disabled"}
_NAMESPACE = {"istio": ("istio-injection", "istio.io/rev"), "linkerd": ("linkerd.io/inject",)}
_QUOTED = {
    "istio": 'Write the label `sidecar.istio.io/inject: "false"` into the metadata of the Job\'s pod template.',
    "linkerd": "Write the annotation `linkerd.io/inject: disabled` into the metadata of the Job's pod template.",
}


@rule("KM119", subject=Delivery)
def sidecar_keeps_job_running(delivery: Delivery) -> Iterator[Finding]:
    """Find a migration's Job that gets a mesh's proxy, beside which it may never be done."""
    jobs = [each for each in delivery.of_kind("Job", "CronJob") if is_migration(each)]
    meshes = tuple(_meshes(delivery)) if jobs else ()
    for manifest in jobs:
        for mesh, key in _KEYS.items():
            misplaced = manifest.annotation(key) or manifest.part.scalar("metadata", "labels", key)
            if _may_be_said(manifest, key):
                continue
            if misplaced is not None:
                yield manifest.finding(
                    misplaced,
                    f"This does nothing: {mesh} reads it from the pod template, and here it belongs to the Job. The "
                    "Job gets a proxy that goes on when the migration is done.",
                    _QUOTED[mesh],
                    related=why(manifest),
                )
            elif place := next(
                (at for name, namespace, at in meshes if name == mesh and _in(manifest, namespace)), None
            ):
                yield manifest.finding(
                    manifest.part.place("spec"),
                    f"The pod gets {mesh}'s proxy: where that is no native sidecar it goes on when the migration is "
                    "done, and the Job never completes.",
                    _QUOTED[mesh],
                    related=(Related(place, f"{mesh} puts its proxy into the pods of this namespace"), *why(manifest)),
                )


def _may_be_said(manifest: Manifest, key: str) -> bool:
    pod = manifest.pod
    return pod is None or any(pod.part.may_have("metadata", each, key) for each in ("labels", "annotations"))


def _in(manifest: Manifest, namespace: str) -> bool:
    return manifest.namespace == namespace


def _meshes(delivery: Delivery) -> Iterator[tuple[str, str, Place]]:
    """Meshes with the namespaces that their proxies are put into, and where that is said."""
    for manifest in delivery.of_kind("Namespace"):
        said = manifest.labels() | manifest.annotations()
        for mesh, keys in _NAMESPACE.items():
            for key in keys:
                if key in said and said[key] not in ("disabled", "false"):
                    at = manifest.part.scalar("metadata", "labels", key) or manifest.annotation(key)
                    yield mesh, manifest.name, manifest.yaml.place(at) if at is not None else manifest.head
