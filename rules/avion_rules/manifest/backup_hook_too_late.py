"""Backups in a hook of their own that comes after the migration's."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules._objects import is_migration
from avion_rules.manifest._argo import wave
from avion_rules.manifest._backups import is_backup
from avion_rules.manifest._helm import EARLY, WEIGHT, weight


@rule("KM134", subject=Delivery)
def backup_hook_too_late(delivery: Delivery) -> Iterator[Finding]:
    """Find a backup in a hook that is run after the migration's hook, or beside it."""
    for backup in delivery.of_kind("Job"):
        if backup.inline or is_migration(backup) or not any(map(is_backup, backup.containers)):
            continue
        for migration in delivery.by_home.get(backup.home, ()):
            if is_migration(migration) and (fault := _fault(backup, migration)):
                message, remedy = fault
                yield backup.finding(
                    backup.part.place("metadata", "name"),
                    f"The backup of {backup.title} is no help against {migration.title}: {message}",
                    remedy,
                    related=(Related(migration.head, "the migration"),),
                )


def _fault(backup: Manifest, migration: Manifest) -> tuple[str, str] | None:
    """What is wrong with the order of two hooks, and how to mend it."""
    if migration.helm_hooks & EARLY and not migration.argo_hooks:
        return _by_helm(backup, migration)
    if "PreSync" in migration.argo_hooks:
        return _by_argo(backup, migration)
    return None


def _by_helm(backup: Manifest, migration: Manifest) -> tuple[str, str] | None:
    mine, others = weight(backup), weight(migration)
    if mine is None or others is None or (not backup.helm_hooks and backup.part.may_have("metadata", "annotations")):
        return None
    remedy = f'Give it the same hook as the migration and `{WEIGHT}: "{others - 1}"`.'
    if "pre-upgrade" in migration.helm_hooks and "pre-upgrade" not in backup.helm_hooks:
        return "it is made only after all hooks that come first.", remedy
    if mine > others:
        return f"its weight is {mine}, that of the migration {others}, and Helm runs the lower one first.", remedy
    return None


def _by_argo(backup: Manifest, migration: Manifest) -> tuple[str, str] | None:
    mine, others = wave(backup), wave(migration)
    if mine is None or others is None or (not backup.argo_hooks and backup.part.may_have("metadata", "annotations")):
        return None
    remedy = f'Make it a PreSync hook as well, with `argocd.argoproj.io/sync-wave: "{others - 1}"`.'
    if "PreSync" not in backup.argo_hooks:
        return "it is made only after all PreSync hooks.", remedy
    if mine == others:
        return "both are of the same sync wave and run at the same time.", remedy
    return (f"its sync wave is {mine}, that of the migration {others}.", remedy) if mine > others else None
