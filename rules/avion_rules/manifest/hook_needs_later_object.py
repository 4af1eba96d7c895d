"""Hooks that use objects of the same deployment which are made only after them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules._objects import is_off, why
from avion_rules._uses import Use, uses
from avion_rules.manifest._argo import wave
from avion_rules.manifest._helm import EARLY, weight

_HELM, _ARGO = "helm.sh/hook", "argocd.argoproj.io/hook"


@rule("KM122", subject=Delivery)
def hook_needs_later_object(delivery: Delivery) -> Iterator[Finding]:
    """Find a migration that runs before the ServiceAccount, ConfigMap, Secret or volume that it uses is made."""
    for manifest in delivery.of_kind("Job", "Pod"):
        if not manifest.migrates or not (manifest.helm_hooks & EARLY or "PreSync" in manifest.argo_hooks):
            continue
        beside = [] if manifest.inline else [each for each in delivery.by_home[manifest.home] if not _is_off(each)]
        seen: set[tuple[str, str]] = set()
        for use in uses(manifest):
            if (use.kind, use.name) in seen or use.optional:
                continue
            seen.add((use.kind, use.name))
            found = [each for each in beside if (each.kind, each.name) == (use.kind, use.name)]
            if found and all(_comes_later(manifest, each) for each in found):
                yield _finding(manifest, use, found[0], argo=bool(manifest.argo_hooks))


def _is_off(manifest: Manifest) -> bool:
    """Whether a chart's default values leave the object out."""
    return is_off(manifest.part, manifest.part.node)


def _comes_later(hook: Manifest, other: Manifest) -> bool:
    """Whether an object is made after a hook: it is none itself, or one of a higher weight."""
    if hook.argo_hooks:
        mine, others, is_early = wave(hook), wave(other), "PreSync" in other.argo_hooks
        return not _may_say(other, _ARGO) or (is_early and mine is not None and others is not None and others > mine)
    mine, others, is_early = weight(hook), weight(other), bool(other.helm_hooks & EARLY)
    return not _may_say(other, _HELM) or (is_early and mine is not None and others is not None and others > mine)


def _may_say(manifest: Manifest, name: str) -> bool:
    """Whether an object may have an annotation; what a chart's default values leave out counts as absent."""
    annotations = manifest.part.get("metadata", "annotations")
    if manifest.annotation(name) is None and annotations is not None and is_off(manifest.part, annotations):
        return False
    return manifest.part.may_have("metadata", "annotations", name)


def _finding(manifest: Manifest, use: Use, other: Manifest, *, argo: bool) -> Finding:
    first = "PreSync" if argo else "pre-install" if "pre-install" in manifest.helm_hooks else "pre-upgrade"
    missing = f"the first time there is no {use.kind} {use.name} yet and the Job waits for it until it fails"
    stale = "later it gets the one of the last deployment"
    if use.kind in ("ConfigMap", "Secret"):
        harm = stale if first == "pre-upgrade" else f"{missing}; {stale}"
    else:
        harm = "when it is new or renamed there is none yet" if first == "pre-upgrade" else missing
    return manifest.finding(
        use.place,
        f"This migration runs in {first}, and the {use.kind} {use.name} that it uses is made only after it: {harm}.",
        _remedy(manifest, use, argo=argo),
        related=(Related(other.head, f"{use.kind} {use.name}, made with everything else"), *why(manifest)),
        object=f"{manifest.title}/{use.name}",
    )


def _remedy(manifest: Manifest, use: Use, *, argo: bool) -> str:
    if use.kind == "PersistentVolumeClaim":
        return (
            "Make the volume apart from this deployment. As a hook it would be deleted, with what is on it, before "
            "the next one is made."
        )
    if argo:
        return (
            f"Give the {use.kind} (or a copy of it for the migration) the annotations `{_ARGO}: PreSync` and "
            f'`argocd.argoproj.io/sync-wave: "{(wave(manifest) or 0) - 1}"`.'
        )
    hooks = ",".join(sorted(manifest.helm_hooks & EARLY))
    return (
        f"Give the {use.kind} (or a copy of it for the migration) the annotations `{_HELM}: {hooks}` and "
        f'`helm.sh/hook-weight: "{(weight(manifest) or 0) - 1}"`.'
    )
