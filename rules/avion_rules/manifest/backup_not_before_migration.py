"""Backups that run beside the migration, or after it."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules.manifest._backups import is_backup


@rule("KM132", subject=Manifest)
def backup_not_before_migration(manifest: Manifest) -> Iterator[Finding]:
    """Find a backup in the migration's pod that is not done when the migration begins."""
    order = manifest.containers
    migration = next((each for each in order if each.migrates), None)
    if migration is None:
        return
    for container in order:
        if container is migration or container.migrates or not is_backup(container):
            continue
        message = _fault(container, migration, after=order.index(container) > order.index(migration))
        if message:
            yield manifest.finding(
                container.part.place("name"),
                message,
                f"Make {container.name} an init container above the migration: they run one after the other, and the "
                "first that fails ends the pod.",
                related=(Related(migration.part.place("name"), "the migration"),),
                object=f"{manifest.title}/{container.name}",
            )


def _fault(backup: Container, migration: Container, *, after: bool) -> str:
    if backup.is_sidecar:
        return "The migration does not wait for this backup: an init container that is restarted always runs beside it."
    if not backup.is_init and not migration.is_init:
        return "The backup runs beside the migration: it holds some tables as they were and others as they become."
    if after:
        return "The backup is made after the migration: what the migration destroys is in no backup."
    return ""
