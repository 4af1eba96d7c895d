"""What Argo CD does with an object: whether it syncs it, and in which wave."""

from __future__ import annotations

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_rules._objects import neighbours

WAVE = "argocd.argoproj.io/sync-wave"
_PREFIX = "argocd.argoproj.io/"


def wave(manifest: Manifest) -> int | None:
    """The sync wave of an object, 0 where none is said, None where a template decides it."""
    scalar = manifest.annotation(WAVE)
    if scalar is None:
        return None if manifest.part.may_have("metadata", "annotations", WAVE) else 0
    try:
        return int(scalar.text) if scalar.known else None
    except ValueError:
        return None


def is_synced(manifest: Manifest, delivery: Delivery) -> bool:
    """Whether Argo CD surely brings the object: an Application names its folder, or what lies beside it says so."""
    if manifest.inline:
        return False
    if _names_argo(manifest) or any(
        path and f"{manifest.path}/".startswith(f"{path.strip('/')}/") for path in _folders(delivery)
    ):
        return True
    return any(_names_argo(other) and neighbours(manifest, other) for other in delivery.manifests)


def applications(delivery: Delivery) -> tuple[Manifest, ...]:
    """Argo CD's Applications."""
    return tuple(each for each in delivery.of_kind("Application") if each.api_version.startswith("argoproj.io/"))


def folders_of(application: Manifest) -> tuple[str, ...]:
    """The folders that an Application brings, as far as they are known."""
    sources = application.part.parts("spec", "sources")
    found = [each.text("path") for each in sources] + [application.part.text("spec", "source", "path")]
    return tuple(path.removeprefix("./") for path in found if path and path != ".")


def _folders(delivery: Delivery) -> tuple[str, ...]:
    return tuple(path for each in applications(delivery) for path in folders_of(each))


def _names_argo(manifest: Manifest) -> bool:
    return manifest.kind != "Application" and any(
        entry.key.text.startswith(_PREFIX) for entry in manifest.part.entries("metadata", "annotations")
    )
