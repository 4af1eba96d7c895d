"""What rules about fields of Kubernetes objects share: what is wrong, with what comes of it."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.api_versions import removal
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.fields import is_served, of_manifest
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding

_DROPPED = "kubectl refuses the object for it; Helm only warns, and what the field says does not hold."
_REFUSED = "Kubernetes refuses the object."


def migrates(manifest: Manifest) -> bool:
    """Whether the object, or one of its containers, changes a database."""
    return manifest.migrates is not None or any(each.migrates for each in manifest.containers)


def judged(delivery: Delivery, *, migrating: bool) -> Iterator[Manifest]:
    """Objects of the judged files that migrate, or those that do not."""
    found = (each for each in delivery.manifests if each.path in delivery.judged)
    return (each for each in found if migrates(each) is migrating)


def wrong_fields(delivery: Delivery, manifest: Manifest, but: str = "") -> Iterator[Finding]:
    """Findings for the fields of an object, but for those below one of its own."""
    for wrong in of_manifest(manifest, delivery.kubernetes, is_patch=delivery.is_patch(manifest)):
        if but and wrong.path[:1] == (but,):
            continue
        end = "?" if "did you mean" in wrong.what else "."
        effect = _DROPPED if wrong.is_left_out else _REFUSED
        what = f"{wrong.what[:1].upper()}{wrong.what[1:]}"
        yield manifest.finding(wrong.at, f"{what}{end} {effect}", wrong.remedy)


def unserved(delivery: Delivery, manifest: Manifest) -> Iterator[Finding]:
    """The finding for an API version that the clusters do not serve, or do not serve any more."""
    api, kind, version = manifest.api_version, manifest.kind, delivery.kubernetes
    if len(manifest.part.alternatives("apiVersion")) > 1:
        return
    at = manifest.part.place("apiVersion")
    known = removal(api, kind, version)
    if known is not None:
        message = f"Since {known.since}, Kubernetes has no {kind} of {api}: it refuses the object."
        remedy = f"Write `apiVersion: {known.instead}`; its fields may differ." if known.instead else _GONE
        yield manifest.finding(at, message, remedy)
    elif removal(api, kind) is None and is_served(api, kind, version, manifest.path) is False:
        which = f"Kubernetes {version}" if version else "Kubernetes of today"
        yield manifest.finding(at, f"{which} has no {kind} of {api}: it refuses the object.", _OTHER)


_GONE = "Take it out: nothing took its place."
_OTHER = "Write a version of the API that the clusters serve: `kubectl api-resources` lists them."
