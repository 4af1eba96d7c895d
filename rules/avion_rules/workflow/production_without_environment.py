"""A job that migrates production and is in no GitHub environment."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.doings import Doing
from avion_lint.delivery.environment import environment_of
from avion_lint.delivery.pipeline import Stage
from avion_lint.delivery.reached import Reached
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule


@rule("WF105", subject=Delivery)
def production_without_environment(delivery: Delivery) -> Iterator[Finding]:
    """Find a job that migrates production and names no GitHub environment whose rules would stop it."""
    for stage in delivery.pipelines.migrating:
        told, doing = delivery.pipelines.reaches(stage, "production"), stage.migration
        if told is None or doing is None:
            continue
        if stage.job.environment is not None:
            yield from _of_another(stage, doing)
            continue
        yield stage.finding(
            stage.job.key,
            "Whoever can start this workflow migrates production at once: without `environment:` no reviewer, no "
            "branch rule and no wait stand before the job, and its secrets are those of every workflow.",
            f"{_mend(stage)} In the repository's settings give that environment required reviewers, a rule for its "
            "branches, and production's secrets; GitHub asks before the job begins.",
            related=(Related(told, "this tells that it goes to production"), stage.because(doing)),
        )


def _of_another(stage: Stage, doing: Doing) -> Iterator[Finding]:
    """A job that goes to production in an environment with less to lose; what secrets are called tells little."""
    named = environment_of(stage.job.environment or "")
    told = next((each.place for each in stage.reached if each.environment == "production" and _tells(each)), None)
    if told is None or named in ("", "production") or "${{" in (stage.job.environment or ""):
        return
    yield stage.finding(
        stage.job.part.place("environment"),
        f"The rules of `{stage.job.environment}` stand before this job, and it migrates production: nobody who has to "
        "agree to that is asked.",
        "Write `environment: production`, or let the job go to the environment that it names.",
        related=(Related(told, "this tells that it goes to production"), stage.because(doing)),
    )


def _tells(reached: Reached) -> bool:
    before = reached.place.document.text[: reached.place.span.start]
    return not before.endswith(("secrets.", "vars."))


def _mend(stage: Stage) -> str:
    if stage.reaches("staging") is None:
        return "Write `environment: production` in the job."
    return (
        "Make it two jobs, one with `environment: staging` and one with `environment: production`, or write "
        "`environment: ${{ github.ref == 'refs/heads/main' && 'production' || 'staging' }}` in this one."
    )
