"""Production that is migrated with nobody having seen what would be run."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import acts
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.doings import Doing
from avion_lint.delivery.pipeline import Pipelines, Stage
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules.workflow._words import step_of

_TELLING = (Task.STATUS, Task.REHEARSE)
_NAMES = pattern(r"dry.?run|rehears|\bplan\b|\bpreview\b")


@rule("WF115", subject=Delivery)
def production_without_rehearsal(delivery: Delivery) -> Iterator[Finding]:
    """Find a job that migrates production and shows nobody before what it is about to run."""
    pipelines = delivery.pipelines
    for stage in pipelines.migrating:
        told, doing = pipelines.reaches(stage, "production"), stage.migration
        if told is None or doing is None or _NAMES.search(stage.text.lower()):
            continue
        before = stage.doings[: stage.doings.index(doing)]
        if any(each.task in _TELLING for each in before) or _in_manifest(doing) or _needed(pipelines, stage):
            continue
        yield stage.finding(
            step_of(stage, doing),
            "Nobody sees which migrations are pending before they run in production: the log tells it only afterwards.",
            "Ask the runner first (`goose status`, `flyway info`), in a job before the approval where there is one.",
            related=(Related(told, "this tells that it goes to production"), stage.because(doing)),
        )


def _in_manifest(migration: Doing) -> bool:
    containers = migration.manifest.containers if migration.manifest else ()
    return any(act.does(*_TELLING) for each in containers if each.script for act in acts(each.script))


def _needed(pipelines: Pipelines, stage: Stage) -> bool:
    """Whether a job before, on no database of its own, tells what is pending."""
    return any(each.first(*_TELLING) and not each.has_own_database for each in pipelines.before(stage))
