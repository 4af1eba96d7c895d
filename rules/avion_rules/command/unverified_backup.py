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

_DUMPS = frozenset({"pg_dump", "pg_dumpall"})
_LOOKS = pattern(
    r"pg_restore\s+(?:-l|--list)|gzip\s+-t|gunzip\s+-t|zstd\s+-t|xz\s+-t|PIPESTATUS|verif|sha256sum|md5sum|\[\[?\s+!?\s*-s\s"
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
    relies = next((act for act in run.acts if act.does(Task.MIGRATE, Task.ROLL_BACK) and _is_after(act, dump)), None)
    if relies is None:
        return
    yield run.finding(
        dump.place,
        f"Nothing looks at the backup before `{relies.deed(Task.MIGRATE, Task.ROLL_BACK)}` relies on it: a torn file "
        "is found out on the day it is needed.",
        'Read it once: `pg_restore -l "$file" > /dev/null` for `pg_dump -Fc`, `gzip -t "$file"` for gzip\'s.',
    )


def _is_after(act: Act, dump: Act) -> bool:
    return act.place.span.start > dump.place.span.start


def _is_fed_on(dump: Act) -> bool:
    """Whether the dump goes straight into another database, which is no backup."""
    member = dump.call.command.membership
    later = member.pipeline.parts[member.index + 1 :] if member else ()
    return any("psql" in each.where.place.text or "pg_restore" in each.where.place.text for each in later)
