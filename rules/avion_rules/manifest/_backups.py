"""Where a container's backup is written."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.delivery.part import Part
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.source import Place

_DUMPS = ("pg_dump", "pg_dumpall", "pg_basebackup")
_SENT = pattern(
    r"\b(?:aws|gsutil|gcloud|az|azcopy|rclone|s3cmd|s5cmd|mc|curl|scp|rsync|sftp|restic|borg|kubectl|ssh)\b"
)
_OPTIONS = ("-f", "--file", "-D", "--pgdata")


@record
class Written:
    """A file that a dump is written to: its path as far as it is known, and where the command says it."""

    path: str
    place: Place


def is_backup(container: Container) -> bool:
    """Whether a container makes a backup."""
    return any(act.does(Task.BACK_UP) for act in container.acts)


def written(container: Container) -> Iterator[Written]:
    """The files that dumps are written to; nothing where the container sends anything to somewhere else."""
    if container.script is None or _SENT.search(container.script.text):
        return
    for act in container.acts:
        if any(deed.tool in _DUMPS for deed in act.deeds):
            yield from _files(act, container.acts)


def _files(act: Act, known: tuple[Act, ...]) -> Iterator[Written]:
    for word, after in zip(act.words, act.words[1:], strict=False):
        if word in _OPTIONS:
            yield Written(after, act.place)
    for word in act.words:
        name, equals, value = word.partition("=")
        if equals and name in _OPTIONS:
            yield Written(value, act.place)
    membership = act.call.command.membership
    together = (
        [each for each in known if (m := each.call.command.membership) and m.pipeline is membership.pipeline]
        if membership
        else [act]
    )
    for redirect in together[-1].call.command.redirects:
        target = redirect.target
        if redirect.operator in (">", ">|", ">>") and target is not None:
            yield Written(target.shape, act.place)


def volume_of(manifest: Manifest, container: Container, path: str) -> Part | None:
    """The volume that a path lies on, None where it lies in the container itself."""
    spec = manifest.pod.spec if manifest.pod else None
    volumes = {part.text("name"): part for part in spec.parts("volumes")} if spec else {}
    mounts = [(each.text("mountPath") or "", each) for each in container.part.parts("volumeMounts")]
    fitting = [(at, each) for at, each in mounts if at and f"{path}/".startswith(f"{at.rstrip('/')}/")]
    if not fitting:
        return None
    return volumes.get(max(fitting, key=lambda each: len(each[0]))[1].text("name"))
