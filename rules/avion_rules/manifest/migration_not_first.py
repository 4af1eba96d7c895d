"""Migrations that run beside or after the application that needs them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Scalar
from avion_rules._objects import APPLICATIONS, is_migration, why
from avion_rules.manifest._argo import WAVE, Argo, argo, wave

_HELM, _ARGO = "helm.sh/hook", "argocd.argoproj.io/hook"


@rule("KM121", subject=Delivery)
def migration_not_first(delivery: Delivery) -> Iterator[Finding]:
    """Find a migration that the new application does not wait for."""
    synced = argo(delivery)
    for manifest in delivery.of_kind("Job"):
        if not is_migration(manifest) or manifest.inline:
            continue
        helm, own = manifest.annotation(_HELM), manifest.annotation(_ARGO)
        if own is not None:
            yield from _hook_of_argo(manifest, own, delivery)
        elif helm is not None:
            yield from _helm(manifest, helm)
        elif not manifest.part.may_have("metadata", "annotations", _HELM):
            yield from _plain(manifest, delivery, synced)


def _helm(manifest: Manifest, at: Scalar) -> Iterator[Finding]:
    hooks = manifest.helm_hooks
    if at.known and "post-upgrade" in hooks and "pre-upgrade" not in hooks:
        yield manifest.finding(
            at,
            "Helm migrates when the new application is already there: until then it runs on the old schema, and a "
            "migration that fails stops nothing.",
            f"Write `{_HELM}: pre-install,pre-upgrade`. A release that only drops what nothing uses any more may come "
            "after.",
            related=why(manifest),
        )


def _hook_of_argo(manifest: Manifest, at: Scalar, delivery: Delivery) -> Iterator[Finding]:
    hooks = manifest.argo_hooks
    if not at.known or "PreSync" in hooks:
        return
    if "PostSync" in hooks:
        message = (
            "Argo CD migrates when the new application is already healthy: until then it runs on the old schema, and "
            "a migration that fails stops nothing."
        )
        yield manifest.finding(at, message, f"Write `{_ARGO}: PreSync`.", related=why(manifest))
    elif "Sync" in hooks:
        yield from _beside(manifest, at, delivery, argo=True)


def _plain(manifest: Manifest, delivery: Delivery, synced: Argo) -> Iterator[Finding]:
    """A Job that is no hook: Helm makes it together with everything else, Argo CD wave by wave."""
    by_argo = synced.brings(manifest)
    if manifest.yaml.chart is not None or by_argo:
        yield from _beside(manifest, manifest.part.scalar("metadata", "name"), delivery, argo=by_argo)


def _beside(manifest: Manifest, at: Scalar | None, delivery: Delivery, *, argo: bool) -> Iterator[Finding]:
    own = wave(manifest)
    for other in delivery.by_home.get(manifest.home, ()):
        others = wave(other) if other.kind in APPLICATIONS and not _waits(other, manifest) else None
        if own is None or others is None or own < others:
            continue
        yield manifest.finding(
            at,
            f"{other.title} does not wait for this migration: {_why(own, others, argo=argo)}",
            f"Make it a hook that runs before: {_remedy(argo=argo)}",
            related=(Related(other.head, "brought to the cluster without waiting"), *why(manifest)),
        )
        return


def _waits(application: Manifest, job: Manifest) -> bool:
    """Whether an application waits for the Job by itself, in an init container."""
    said = (
        f"{each.image} {' '.join(map(each.part.yaml.as_written, each.words))}"
        for each in application.containers
        if each.is_init
    )
    return any("wait-for" in text or job.name in text for text in said)


def _why(own: int, others: int, *, argo: bool) -> str:
    if argo and own > others:
        return f"it is of sync wave {own}, the application of {others}."
    return "both are of the same sync wave." if argo else "Helm makes both at the same time."


def _remedy(*, argo: bool) -> str:
    if argo:
        return f"the annotation `{_ARGO}: PreSync`, or a `{WAVE}` lower than the application's."
    return f"the annotation `{_HELM}: pre-install,pre-upgrade`."
