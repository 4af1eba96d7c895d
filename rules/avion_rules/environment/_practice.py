"""What really migrates an environment: the jobs of workflows that go there, and the Jobs that may run there."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import acts
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import ENVIRONMENTS, environment_of
from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.delivery.pipeline import Stage
from avion_lint.pattern import pattern
from avion_rules._objects import environment as told_environment
from avion_rules._objects import is_migration

_WORD = pattern(r"\"([\w-]+)\"")
_BACKUP_KINDS = frozenset({"ScheduledBackup", "Backup", "PerconaPGBackup", "VolumeSnapshot", "Schedule"})
"""Kinds of CloudNativePG, Percona, the snapshot controller and Velero."""
_BACKUP = pattern(r"back-?up|snapshot|pg_dump|pgbackrest|restore.?point")


def stages(delivery: Delivery, name: str) -> tuple[Stage, ...]:
    """Jobs of workflows that migrate an environment, as far as words tell."""
    return tuple(each for each in delivery.pipelines.migrating if delivery.pipelines.reaches(each, name) is not None)


def jobs(delivery: Delivery, name: str) -> Iterator[Manifest]:
    """Jobs that migrate and may run in an environment: those for no other one."""
    known = stages(delivery, name)
    others = [each for other in ENVIRONMENTS if other != name for each in stages(delivery, other)]
    for manifest in delivery.manifests:
        if not is_migration(manifest) or _rolls_back(manifest):
            continue
        told = told_environment(manifest)
        if told not in ("", name):
            continue
        if told or not manifest.inline or _makes(known, manifest) or not _makes(others, manifest):
            yield manifest


def is_there(container: Container, name: str) -> bool:
    """Whether a template has a container in an environment: no condition names only others."""
    for condition in container.part.yaml.conditions(container.part.node):
        named = {environment_of(word) for word in _WORD.findall(condition.text)} - {""}
        is_equal = condition.text.strip().startswith("eq ") != condition.negated
        if named and (name in named) != is_equal:
            return False
    return True


def does(container: Container, *tasks: Task) -> bool:
    """Whether a container does one of these things."""
    return container.script is not None and any(act.does(*tasks) for act in acts(container.script))


def is_unread(manifest: Manifest) -> bool:
    """Whether a container is told to run what cannot be read, as where nothing that reads shell is installed."""
    return any(each.words and each.script is None for each in manifest.containers)


def backs_up(stage: Stage, delivery: Delivery) -> bool:
    """Whether a job of a workflow, or one before it, speaks of a backup."""
    before = (stage, *delivery.pipelines.before(stage))
    return any(each.first(Task.BACK_UP) or _BACKUP.search(each.text.lower()) for each in before)


def backs_up_regularly(delivery: Delivery) -> bool:
    """Whether the repository has backups of the server's own: a CronJob, or an operator's object."""
    return any(map(_is_backup, delivery.manifests))


def _is_backup(manifest: Manifest) -> bool:
    if manifest.kind != "CronJob" or manifest.migrates:
        return manifest.kind in _BACKUP_KINDS
    named = _BACKUP.search(manifest.name.lower())
    return bool(named) or any(does(each, Task.BACK_UP) for each in manifest.containers)


def applied_by(manifest: Manifest, known: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """The jobs of workflows that make a Job."""
    return tuple(stage for stage in known if _makes((stage,), manifest))


def _makes(known: tuple[Stage, ...] | list[Stage], manifest: Manifest) -> bool:
    return any(
        doing.manifest is not None and doing.manifest.part.node is manifest.part.node
        for stage in known
        for doing in stage.doings
    )


def _rolls_back(manifest: Manifest) -> bool:
    reason = manifest.migrates
    return reason is not None and reason.task is not Task.MIGRATE
