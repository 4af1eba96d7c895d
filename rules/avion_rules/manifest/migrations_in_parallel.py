"""Jobs that run one service's migrations several times at once."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import integers, is_migration, runner_of, said, when, why


@rule("KM106", subject=Manifest)
def migrations_in_parallel(manifest: Manifest) -> Iterator[Finding]:
    """Find a Job that runs a migration several times, or beside itself."""
    job = manifest.job
    if job is None or not is_migration(manifest):
        return
    for key, does in (("parallelism", "at once"), ("completions", "in one deployment")):
        for scalar, count in integers(job, key):
            if count > 1:
                yield manifest.finding(
                    scalar,
                    f"The migrations are run {count} times {does}{when(job, scalar)}: {_harm(manifest)}.",
                    f"Take `{key}` away, or write 1.",
                    related=why(manifest),
                )
    if manifest.kind == "CronJob":
        yield from _overlapping(manifest)


def _harm(manifest: Manifest) -> str:
    runners = {runner_of(each) for each in manifest.containers if each.migrates}
    if "goose" in runners:
        return "goose takes no lock, so two runs begin the same file and one of them fails"
    if "flyway" in runners:
        return "Flyway's lock makes one run wait for the other, and nothing is won by it"
    return "both may apply the same change"


def _overlapping(manifest: Manifest) -> Iterator[Finding]:
    remedy = "Write `concurrencyPolicy: Forbid` into the CronJob's spec."
    at, part = ("spec", "concurrencyPolicy"), manifest.part
    if not part.may_have(*at):
        message = "The next run begins while the last one is still migrating: that is what a CronJob does by itself."
        yield manifest.finding(part.place("spec"), message, remedy, related=why(manifest))
    for scalar, policy in said(part, *at):
        if policy == "Allow":
            message = f"The next run begins while the last one is still migrating{when(part, scalar)}."
            yield manifest.finding(scalar, message, remedy, related=why(manifest))
        elif policy == "Replace":
            message = f"The next run kills the last one in the middle of its migration{when(part, scalar)}."
            yield manifest.finding(scalar, message, remedy, related=why(manifest))
