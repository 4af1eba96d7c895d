"""A test of migrations that the migration does not wait for."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule


@rule("WF116", subject=Delivery)
def migration_test_without_effect(delivery: Delivery) -> Iterator[Finding]:
    """Find a job that migrates without waiting for the test of the same migrations."""
    pipelines = delivery.pipelines
    for stage in pipelines.stages:
        doing = stage.migration
        tests = [other for other in pipelines.of(stage.workflow) if other.is_test]
        if doing is None or not tests or any(other.is_test for other in pipelines.before(stage)):
            continue
        test = tests[0]
        yield stage.finding(
            stage.job.key,
            f"The database is migrated whether or not `{test.title}`, which tests the migrations, succeeds: nothing "
            "makes this job wait for it.",
            f"Write `needs: [{', '.join(dict.fromkeys((*stage.job.needs, test.title)))}]` in this job.",
            related=(Related(test.job.place, "this tests the migrations"), stage.because(doing)),
        )
