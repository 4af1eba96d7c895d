"""What Argo CD does with an object: whether it syncs it, and in which wave."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.record import record

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


@record
class Argo:
    """What Argo CD surely brings: folders that an Application names, homes of objects that are annotated for it."""

    folders: tuple[str, ...]
    homes: frozenset[str]

    def brings(self, manifest: Manifest) -> bool:
        """Whether it brings an object."""
        if manifest.inline:
            return False
        return manifest.home in self.homes or is_below(manifest.path, self.folders)


def argo(delivery: Delivery) -> Argo:
    """Find out what Argo CD brings."""
    folders = tuple(path for each in applications(delivery) for path in folders_of(each))
    return Argo(folders, frozenset(home for home, found in delivery.by_home.items() if any(map(_names_argo, found))))


def is_below(path: str, folders: Iterable[str]) -> bool:
    """Whether a file lies below one of the folders."""
    return any(folder and path.startswith(f"{folder.strip('/')}/") for folder in folders)


def applications(delivery: Delivery) -> tuple[Manifest, ...]:
    """Argo CD's Applications."""
    return tuple(each for each in delivery.of_kind("Application") if each.api_version.startswith("argoproj.io/"))


def folders_of(application: Manifest) -> tuple[str, ...]:
    """The folders that an Application brings, as far as they are known."""
    sources = application.part.parts("spec", "sources")
    found = [each.text("path") for each in sources] + [application.part.text("spec", "source", "path")]
    return tuple(path.removeprefix("./") for path in found if path and path != ".")


def _names_argo(manifest: Manifest) -> bool:
    return manifest.kind != "Application" and any(
        entry.key.text.startswith(_PREFIX) for entry in manifest.part.entries("metadata", "annotations")
    )
