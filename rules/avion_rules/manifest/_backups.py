"""Where a container's backup is written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.delivery.part import Part
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.shell.variables import last_setting
from avion_lint.shell.words import PartKind, Word
from avion_lint.source import UNKNOWN, Place

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


def may_send(container: Container) -> bool:
    """Whether a container may send a file away: by a program that does, a script of its own, or one not known here."""
    if container.script is None:
        return container.migrates is None
    return bool(_SENT.search(container.script.text)) or any(map(_runs_file, container.acts))


def _runs_file(act: Act) -> bool:
    """Whether a command is a program of somebody's own: one with a path, a script, or what an interpreter runs."""
    program = act.words[0] if act.words else ""
    return "/" in program or program.endswith((".sh", ".py")) or program in ("sh", "bash", "python", "python3")


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
    words = tuple(_looked_up(word, act) for word in act.call.words)
    for word, after in pairwise(words):
        if word in _OPTIONS:
            yield Written(after, act.place)
    for word in words:
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
            yield Written(_looked_up(target, act), act.place)


def _looked_up(word: Word, act: Act) -> str:
    """A word, with a variable in it as the script has set it last; U+E000 for what is not known."""
    found = next((part for part in word.parts if part.kind is PartKind.VARIABLE), None)
    if found is None or UNKNOWN not in word.shape:
        return word.shape
    setting = last_setting(act.call.script, found.text, act.call.command.where.start)
    if setting is None or setting.value is None:
        return word.shape
    return word.shape.replace(UNKNOWN, setting.value.shape, 1)


def volume_of(manifest: Manifest, container: Container, path: str) -> Part | None:
    """The volume that a path lies on, None where it lies in the container itself."""
    spec = manifest.pod.spec if manifest.pod else None
    volumes = {part.text("name"): part for part in spec.parts("volumes")} if spec else {}
    mounts = [(each.text("mountPath") or "", each) for each in container.part.parts("volumeMounts")]
    fitting = [(at, each) for at, each in mounts if at and f"{path}/".startswith(f"{at.rstrip('/')}/")]
    if not fitting:
        return None
    return volumes.get(max(fitting, key=lambda each: len(each[0]))[1].text("name"))
