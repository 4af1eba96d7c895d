"""Migrations that come to production without having run on any other database."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules.workflow._words import listed, step_of

_TESTED = pattern(r"testcontainers|avion-lint|squawk|eugene|pgrubic|atlas migrate lint|goose validate")


@rule("WF117", subject=Delivery)
def untested_migration(delivery: Delivery) -> Iterator[Finding]:
    """Find migrations of production that no workflow tests or checks."""
    pipelines = delivery.pipelines
    missing = []
    if not any(stage.is_test for stage in pipelines.stages):
        missing.append("runs the migrations on a database made for a test")
    if not any(stage.first(Task.LINT) or _TESTED.search(stage.text) for stage in pipelines.stages):
        missing.append("checks their SQL")
    for stage in pipelines.migrating:
        told, doing = pipelines.reaches(stage, "production"), stage.migration
        if told is None or doing is None or not missing:
            continue
        yield stage.finding(
            step_of(stage, doing),
            f"Production is the first to see these migrations: no workflow here {listed(missing)}.",
            "Add a job with `services: postgres` of production's major version that runs them up, down and up again, "
            "and one that runs `avion-lint`; let this job need both.",
            related=(Related(told, "this tells that it goes to production"), stage.because(doing)),
        )
