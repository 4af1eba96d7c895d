"""Backups on storage that goes with the pod."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.source import UNKNOWN
from avion_rules.manifest._backups import Written, may_send, volume_of, written


@rule("KM130", subject=Manifest)
def backup_lost_with_pod(manifest: Manifest) -> Iterator[Finding]:
    """Find a backup that is written to where it is gone as soon as the pod is."""
    if manifest.kind not in ("Job", "CronJob", "Pod"):
        return
    for container in manifest.containers:
        for each in written(container):
            if each.path.startswith("/") and UNKNOWN not in each.path[:2] and not _is_sent(manifest, container):
                yield from _file(manifest, container, each)


def _file(manifest: Manifest, container: Container, each: Written) -> Iterator[Finding]:
    volume = volume_of(manifest, container, each.path)
    where = each.path.replace(UNKNOWN, "…")
    if volume is None and container.part.may_have("volumeMounts") and _mounts_unseen(container):
        return
    related: tuple[Related, ...] = ()
    if volume is None:
        message = f"{where} lies in the container itself"
    elif volume.has("emptyDir"):
        message, related = f"{where} lies on an emptyDir", (Related(volume.place("emptyDir"), "goes with the pod"),)
    else:
        return
    yield manifest.finding(
        each.place,
        f"The backup is gone with the pod: {message}. When it is needed there is none.",
        "Write it to a PersistentVolumeClaim, or send it away once it is complete: `pg_dump -Fc -f /backup/db.dump`, "
        "then `aws s3 cp /backup/db.dump s3://…`, under `set -e`.",
        related=related,
        object=f"{manifest.title}/{container.name}",
    )


def _mounts_unseen(container: Container) -> bool:
    mounts = container.part.get("volumeMounts")
    return mounts is None or getattr(mounts, "is_open", True)


def _is_sent(manifest: Manifest, container: Container) -> bool:
    """Whether a later container of the pod may send the file away: one that sees the same volume."""
    later = manifest.containers[manifest.containers.index(container) + 1 :]
    return any(may_send(each) for each in later if each.part.has("volumeMounts"))
