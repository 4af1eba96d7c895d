"""One secret by which both production and another environment are reached."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.pipeline import Stage
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules.workflow._secrets import SecretUse, secrets


@rule("WF125", subject=Delivery)
def secret_shared_by_environments(delivery: Delivery) -> Iterator[Finding]:
    """Find a secret that leads a migration to production and to another environment as well."""
    pipelines = delivery.pipelines
    stages = [stage for stage in pipelines.migrating if stage.job.environment is None]
    for stage in stages:
        told = stage.reaches("production")
        if told is None:
            continue
        used = [each for each in secrets(stage) if each.connects]
        other = next((each for each in stage.reached if each.environment != "production"), None)
        if used and other is not None:
            yield _finding(stage, used[0], Related(other.place, f"the same job goes to {other.environment}"))
            continue
        for each in used:
            second = next(filter(None, (_also(other, each) for other in stages)), None)
            if second is not None:
                yield _finding(stage, each, second)


def _finding(stage: Stage, used: SecretUse, related: Related) -> Finding:
    return stage.finding(
        used.place,
        f"`{used.name}` leads to production and to another environment: a mistake in the choice of the environment, "
        "or anything that may read it for a test, is at production's database.",
        "Keep a secret of that name in each GitHub environment, with its own value, and write `environment:` in the "
        "job: GitHub hands over only that environment's.",
        related=(related,),
        object=f"{stage.title}/{used.name}",
    )


def _also(other: Stage, used: SecretUse) -> Related | None:
    """Where a job of another environment reads the same secret."""
    if other.reaches("production") is not None or not other.reached:
        return None
    found = next((each for each in secrets(other) if each.name == used.name), None)
    return Related(found.place, f"{other.title} goes to {other.reached[0].environment} with it") if found else None
