"""Backups that nobody has looked at before the migration relies on them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules.command._words import is_local, is_pasted, is_test

_READS = pattern(r"pg_restore|gzip|zstd|\bxz\b|verif|sha256sum|md5sum|pg_verifybackup")
_RELYING = (Task.MIGRATE, Task.ROLL_BACK)
_DUMPS = frozenset({"pg_dump", "pg_dumpall"})
_LOOKS = pattern(
    r"pg_restore\b[^\n|;&]*(?:\s-l\b|--list|/dev/null)|gzip\s+-t|gunzip\s+-t|zstd\s+-t|xz\s+-t|PIPESTATUS|verif|sha256sum|md5sum|\[\[?\s+!?\s*-s\s"
    r"|test\s+-s|\bstat\b|\bdu\b|wc\s+-c|head-object|pg_verifybackup"
)


@rule("SH123", subject=Run)
def unverified_backup(run: Run) -> Iterator[Finding]:
    """Find a dump that nothing has looked at before others rely on it."""
    if is_test(run) or is_pasted(run) or _LOOKS.search(run.script.text):
        return
    dump = next((act for act in run.acts if act.call.name in _DUMPS and not is_local(act)), None)
    if dump is None or {"-s", "--schema-only"} & set(dump.words) or dump.failure.is_lost or _is_fed_on(dump):
        return
    relies = next((act for act in run.acts if act.does(*_RELYING) and _is_after(act, dump)), None) or _in_pod(run)
    if relies is None:
        return
    yield run.finding(
        dump.place,
        f"Nothing looks at the backup before `{relies.deed(*_RELYING)}` relies on it: a torn file "
        "is found out on the day it is needed.",
        'Read it once: `pg_restore -l "$file" > /dev/null` for `pg_dump -Fc`, `gzip -t "$file"` for gzip\'s.',
    )


def _in_pod(run: Run) -> Act | None:
    """What relies on a dump that an init container makes: the first that migrates after it, if none looks before."""
    if run.manifest is None or run.container is None or not run.container.is_init or len(run.acts) == 1:
        return None  # one command of its own has no room to look
    containers = run.manifest.containers
    for container in containers[containers.index(run.container) + 1 :]:
        if container.script is None or _READS.search(container.script.text):
            return None
        for act in container.acts:
            if act.does(*_RELYING):
                return act
    return None


def _is_after(act: Act, dump: Act) -> bool:
    return act.place.span.start > dump.place.span.start


def _is_fed_on(dump: Act) -> bool:
    """Whether the dump goes straight into another database, which is no backup."""
    member = dump.call.command.membership
    later = member.pipeline.parts[member.index + 1 :] if member else ()
    return any("psql" in each.where.place.text or "pg_restore" in each.where.place.text for each in later)
