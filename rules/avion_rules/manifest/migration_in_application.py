"""Migrations that run where the application starts."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules._objects import APPLICATIONS, integers

_REMEDY = (
    "Move it into a Job of its own that the deployment waits for: Helm's hook `pre-install,pre-upgrade`, Argo CD's "
    "`PreSync`, or a step before the one that deploys."
)


@rule("KM108", subject=Manifest)
def migration_in_application(manifest: Manifest) -> Iterator[Finding]:
    """Find a migration that every pod of the application runs when it starts."""
    if manifest.kind not in APPLICATIONS:
        return
    for container in manifest.containers:
        if container.migrates:
            yield manifest.finding(
                container.part.place("name"),
                f"{_how(manifest, container)} The application cannot start, nor be restarted or scaled, without "
                "migrating.",
                _REMEDY,
                related=(Related(container.migrates.place, f"migrates: {container.migrates.text}"),),
            )


def _how(manifest: Manifest, container: Container) -> str:
    what = "init container" if container.is_init else "container"
    counts = [count for _, count in integers(manifest.part, "spec", "replicas")]
    if manifest.kind == "DaemonSet":
        return f"Every node's pod migrates in its {what} {container.name}, all at the same time."
    if counts and max(counts) > 1:
        return f"Up to {max(counts)} pods migrate at the same time, each in its {what} {container.name}."
    return f"Every new pod migrates in its {what} {container.name}, while the old ones still serve."
