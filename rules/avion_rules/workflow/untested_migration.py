"""Migrations that come to production without having run on any other database."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules.workflow._words import step_of

_CHECKED = pattern(r"avion-lint|squawk|eugene|pgrubic|atlas migrate lint")
_NO_TEST = "Production is the first to run these migrations: no workflow here runs them on a database made for a test."
_NO_CHECK = (
    "Nothing here looks at the migrations' SQL: a test on a small database shows no lock that production waits for, "
    "no table written anew and no lost data."
)
_CHECK = "Add a job that runs `avion-lint`, and let this job need it."


@rule("WF117", subject=Delivery)
def untested_migration(delivery: Delivery) -> Iterator[Finding]:
    """Find migrations of production that no workflow tests or checks."""
    pipelines = delivery.pipelines
    tested = any(stage.is_test for stage in pipelines.stages)
    checked = any(stage.first(Task.LINT) or _CHECKED.search(stage.text) for stage in pipelines.stages)
    for stage in pipelines.migrating:
        told, doing = pipelines.reaches(stage, "production"), stage.migration
        if told is None or doing is None or (tested and checked):
            continue
        yield stage.finding(
            step_of(stage, doing),
            _NO_CHECK if tested else _NO_TEST,
            _CHECK
            if tested
            else f"Add a job with `services: postgres` of production's major version that runs them "
            f"up, down and up again{'' if checked else ', and one that runs `avion-lint`'}; let this job need it.",
            related=(Related(told, "this tells that it goes to production"), stage.because(doing)),
        )
