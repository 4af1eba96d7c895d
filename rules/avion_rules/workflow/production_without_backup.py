"""Production that is migrated with no backup before."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import acts
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.doings import Doing
from avion_lint.delivery.pipeline import Pipelines, Stage
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.rule import rule
from avion_rules.workflow._words import step_of

_NAMES = pattern(r"back-?up|snapshot|pg_dump|pgbackrest|restore.?point|point.in.time|pitr|(?:db|database)[ _-]?dump")


@record
class Backups:
    """Words, besides those that are known, in whose presence a step or a job is taken for one that backs up."""

    commands: tuple[str, ...] = ()
    STRICTER = (("commands", "fewer"),)


@rule("WF114", subject=Delivery, options=Backups)
def production_without_backup(delivery: Delivery, options: Backups) -> Iterator[Finding]:
    """Find a job that migrates production with no backup before it."""
    pipelines = delivery.pipelines
    for stage in pipelines.migrating:
        told, doing = pipelines.reaches(stage, "production"), stage.migration
        if told is None or doing is None or _backs_up(stage, doing, pipelines, options):
            continue
        yield stage.finding(
            step_of(stage, doing),
            "Production is migrated with no backup before: what the migration destroys can be had back only from "
            "whatever backup happens to be there.",
            "Before it, run a step or a job that backs up and fails if that fails (`pg_dump --format=custom --file=…`, "
            "a snapshot, `pgbackrest backup`), and let the migration need it. Where the server archives "
            "continuously, let a step check that the newest backup and the archive are good.",
            related=(Related(told, "this tells that it goes to production"), stage.because(doing)),
        )


def _backs_up(stage: Stage, migration: Doing, pipelines: Pipelines, options: Backups) -> bool:
    before = stage.doings[: stage.doings.index(migration)]
    if any(doing.task is Task.BACK_UP for doing in before) or _in_manifest(migration):
        return True
    if any(each.first(Task.BACK_UP) or _is_named(each.text, options) for each in pipelines.before(stage)):
        return True
    number = migration.step.number if migration.step else 0
    texts = (_text(stage, number) for number in range(1, number + 1))
    return any(_is_named(text, options) for text in texts)


def _in_manifest(migration: Doing) -> bool:
    containers = migration.manifest.containers if migration.manifest else ()
    return any(act.does(Task.BACK_UP) for each in containers if each.script for act in acts(each.script))


def _is_named(text: str, options: Backups) -> bool:
    lower = text.lower()
    return bool(_NAMES.search(lower)) or any(word.lower() in lower for word in options.commands)


def _text(stage: Stage, number: int) -> str:
    """A step as it is written."""
    part = stage.job.steps[number - 1].part
    start = stage.job.part.node.span.start
    return stage.text[part.node.span.start - start : part.node.span.end - start]
