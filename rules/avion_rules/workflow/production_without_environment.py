"""A job that migrates production and is in no GitHub environment."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.pipeline import Stage
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule


@rule("WF105", subject=Delivery)
def production_without_environment(delivery: Delivery) -> Iterator[Finding]:
    """Find a job that migrates production and names no GitHub environment whose rules would stop it."""
    for stage in delivery.pipelines.migrating:
        told, doing = delivery.pipelines.reaches(stage, "production"), stage.migration
        if told is None or doing is None or stage.job.environment is not None:
            continue
        yield stage.finding(
            stage.job.key,
            "Whoever can start this workflow migrates production at once: without `environment:` no reviewer, no "
            "branch rule and no wait stand before the job, and its secrets are those of every workflow.",
            f"{_mend(stage)} In the repository's settings give that environment required reviewers, a rule for its "
            "branches, and production's secrets; GitHub asks before the job begins.",
            related=(Related(told, "this tells that it goes to production"), stage.because(doing)),
        )


def _mend(stage: Stage) -> str:
    if stage.reaches("staging") is None:
        return "Write `environment: production` in the job."
    return (
        "Make it two jobs, one with `environment: staging` and one with `environment: production`, or write "
        "`environment: ${{ github.ref == 'refs/heads/main' && 'production' || 'staging' }}` in this one."
    )
