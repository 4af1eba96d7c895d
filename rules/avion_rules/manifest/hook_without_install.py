"""Helm hooks that leave one way of deploying without migrations."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import is_migration, why

_HOOK = "helm.sh/hook"


@rule("KM120", subject=Manifest)
def hook_without_install(manifest: Manifest) -> Iterator[Finding]:
    """Find a migration that Helm runs at upgrades and not at the first install, or the other way round."""
    hooks, at = manifest.helm_hooks, manifest.annotation(_HOOK)
    if at is None or not at.known or not is_migration(manifest):
        return
    upgrades = hooks & {"pre-upgrade", "post-upgrade"}
    installs = hooks & {"pre-install", "post-install"}
    if upgrades and not installs:
        message = "`helm install` does not run this migration: a new environment starts on an empty database."
    elif installs and not upgrades:
        message = "`helm upgrade` does not run this migration: only the first deployment ever migrates."
    else:
        return
    yield manifest.finding(
        at,
        message,
        f"Write `{_HOOK}: pre-install,pre-upgrade`; where the chart itself brings the database, "
        "`post-install,pre-upgrade`.",
        related=why(manifest),
    )
