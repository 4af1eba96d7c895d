"""Other people's actions that may change under a job that migrates."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.workflow import Step
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule

_COMMIT = pattern(r"@[0-9a-f]{40}$")
_OWN = ("./", "actions/", "github/", "docker://")


@rule("WF126", subject=Delivery)
def unpinned_action(delivery: Delivery) -> Iterator[Finding]:
    """Find other people's actions, in a job that migrates, that are not fixed to a commit."""
    for stage in delivery.pipelines.migrating:
        found = [step for step in stage.job.steps if _moves(step)]
        if not found:
            continue
        yield stage.finding(
            found[0].part.place("uses"),
            f"Whoever can move the tag of {found[0].uses} runs a program of their own with this job's database "
            "credentials.",
            f"Write the commit and keep the version as a comment: `{found[0].action}@<40 digits> # "
            f"{found[0].uses.partition('@')[2] or 'version'}`.",
            related=tuple(Related(step.part.place("uses"), f"so is {step.uses}") for step in found[1:]),
        )


def _moves(step: Step) -> bool:
    return bool(step.uses) and not step.uses.startswith(_OWN) and not _COMMIT.search(step.uses)
