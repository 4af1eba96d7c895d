"""Production that is migrated by a commit which staging has not seen."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.pipeline import Pipelines, Stage
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.source import Place

_REF = pattern(r"github\.ref(?:_name)?\b")


@rule("WF112", subject=Delivery)
def production_before_staging(delivery: Delivery) -> Iterator[Finding]:
    """Find a job that migrates production without waiting for the same commit in staging."""
    pipelines = delivery.pipelines
    for stage in pipelines.stages:
        told = stage.reaches("production")
        if stage.migration is None or told is None:
            continue
        staging = stage.reaches("staging")
        if staging is not None:
            yield from _by_branch(stage, told, staging)
        else:
            yield from _unawaited(stage, pipelines)


def _by_branch(stage: Stage, production: Place, staging: Place) -> Iterator[Finding]:
    """One job for both, and the branch decides."""
    if stage.job.environment is not None or stage.job.matrix is not None:
        return
    if "inputs." in stage.text or not _REF.search(stage.text):
        return
    yield stage.finding(
        production,
        "The branch decides which environment is migrated, so a commit comes to production without its migrations "
        "ever having run in staging.",
        "Make it two jobs of one run: `staging`, and `production` with `needs: [staging]`, both from the same commit.",
        related=(Related(staging, "another branch goes to staging"),),
    )


def _unawaited(stage: Stage, pipelines: Pipelines) -> Iterator[Finding]:
    others = [other for other in pipelines.of(stage.workflow) if other.migration and other.reaches("staging")]
    if not others or any(other in pipelines.needed(stage) for other in others):
        return
    first = others[0]
    yield stage.finding(
        stage.job.key,
        f"Production is migrated without waiting for `{first.title}`: what fails in staging is in production already.",
        f"Write `needs: [{', '.join(dict.fromkeys((*stage.job.needs, first.title)))}]` in this job.",
        related=(Related(first.job.place, "this migrates staging"),),
    )
