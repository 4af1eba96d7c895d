"""Helm hooks that Argo CD ignores because there are hooks of its own."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules._objects import is_migration, why


@rule("KM125", subject=Delivery)
def mixed_hooks(delivery: Delivery) -> Iterator[Finding]:
    """Find a Helm hook that Argo CD does not run as one, because the same deployment has hooks of Argo CD's own."""
    for manifest in delivery.of_kind("Job"):
        at = manifest.annotation("helm.sh/hook")
        if at is None or manifest.inline or manifest.argo_hooks or not is_migration(manifest):
            continue
        other = next((each for each in delivery.by_home.get(manifest.home, ()) if each.argo_hooks), None)
        if other is not None:
            place = other.part.place("metadata", "annotations", "argocd.argoproj.io/hook")
            yield manifest.finding(
                at,
                "Argo CD does not run this before the application: as soon as one object has a hook of Argo CD's own, "
                "all Helm hooks are ignored.",
                "Add `argocd.argoproj.io/hook: PreSync` beside it; Helm does not mind.",
                related=(Related(place, f"{other.title} is a hook of Argo CD's own"), *why(manifest)),
            )
