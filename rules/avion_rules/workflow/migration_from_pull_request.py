"""A shared database that pull requests migrate before anybody has merged them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.pipeline import Pipelines, Stage
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule

_EVENT = pattern(r"github\.event_name\s*(?:==\s*'(?!pull_request)|!=\s*'pull_request)|pull_request\.merged")
_BRANCH = pattern(r"github\.ref(?:_name|_type)?\s*==|startsWith\(\s*github\.ref|contains\(\s*github\.ref|ref_protected")


@rule("WF113", subject=Delivery)
def migration_from_pull_request(delivery: Delivery) -> Iterator[Finding]:
    """Find a shared database that is migrated for a pull request."""
    pipelines = delivery.pipelines
    for stage in pipelines.stages:
        doing = stage.migration
        for event in ("pull_request", "pull_request_target"):
            if doing is None or event not in stage.workflow.events or _is_kept_out(stage, event, pipelines):
                continue
            yield stage.finding(
                stage.job.key,
                f"A pull request migrates a database that others use ({event}): the schema changes before anybody "
                "has reviewed the SQL, and stays when the pull request is closed.",
                "Migrate a database of the job's own (`services: postgres`) for pull requests, and the shared one on "
                "`push` to the main branch: `if: github.event_name == 'push'`.",
                related=(stage.because(doing),),
            )


def _is_kept_out(stage: Stage, event: str, pipelines: Pipelines) -> bool:
    """Whether conditions keep a job, or one that it needs, from running for the event."""
    trigger = stage.workflow.trigger(event)
    if trigger is not None and trigger.texts("types") == ("closed",):
        return True
    step = stage.migration.step if stage.migration else None
    conditions = [each.job.condition for each in (stage, *pipelines.needed(stage))]
    conditions += [step.condition] if step is not None else []
    # A run for pull_request_target has the base branch as its ref; one for pull_request has refs/pull/N/merge.
    return any(_EVENT.search(each) or (event == "pull_request" and _BRANCH.search(each)) for each in conditions)
