"""An environment that is migrated and has no settings."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import ENVIRONMENTS
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule


@rule("EN108", subject=Delivery)
def environment_without_settings(delivery: Delivery) -> Iterator[Finding]:
    """Find an environment that a workflow migrates and that has no settings, where others have them."""
    known = {each.name for each in delivery.environments}
    told: set[str] = set()
    if not known & set(ENVIRONMENTS):
        return
    for stage in delivery.pipelines.migrating:
        for reached in stage.reached:
            if reached.environment in known | told:
                continue
            told.add(reached.environment)
            other = next(each for each in delivery.environments if each.name in ENVIRONMENTS)
            yield stage.finding(
                reached.place,
                f"{reached.environment.capitalize()} is migrated here and has no settings, {other.name} has: whether "
                "it is backed up, approved or rolled back is nowhere said.",
                f"Write settings for {reached.environment} beside {other.path}.",
                related=(Related(other.part.place(), f"settings of {other.name}"),),
            )
