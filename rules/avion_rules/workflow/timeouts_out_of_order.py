"""Waits that end before what they wait for does."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.pipeline import Stage
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules.workflow._waits import Wait, waits

_MINUTE = 60
_WHOSE = {"helm": " of Helm for its hook", "argocd": " for Argo CD's sync"}


@rule("WF109", subject=Delivery)
def timeouts_out_of_order(delivery: Delivery) -> Iterator[Finding]:
    """Find a wait for a migration that is given up while the migration may go on."""
    for stage in delivery.pipelines.stages:
        for wait in waits(stage):
            if wait.manifest.migrates is None or wait.seconds is None:
                continue
            yield from _too_short(stage, wait, wait.seconds, delivery)
            yield from _cut_off(stage, wait, wait.seconds)


def _too_short(stage: Stage, wait: Wait, given: float, delivery: Delivery) -> Iterator[Finding]:
    scalar = wait.manifest.job.scalar("activeDeadlineSeconds") if wait.manifest.job else None
    deadline = _deadline(wait.manifest)
    if wait.by and deadline is None:
        return  # a hook without a deadline is migration-without-deadline's
    if scalar is not None and (deadline is None or deadline < given):
        return
    title = wait.manifest.title
    if deadline is None:
        effect = f"{title} has no deadline and may go on for ever"
        place, said = wait.manifest.head, "no activeDeadlineSeconds here"
    else:
        effect = f"{title} may run for {deadline:g} s"
        place, said = wait.manifest.yaml.place(scalar) if scalar else wait.manifest.head, "the Job's own deadline"
    yield stage.finding(
        wait.doing.place,
        f"The wait{_WHOSE.get(wait.by, '')} ends after {given:g} s, but {effect}: the workflow fails and the migration "
        "goes on unwatched, and whoever runs the workflow again starts a second one beside it.",
        _mend(given, deadline),
        related=(Related(place, said), *_others(delivery, wait.manifest, given)),
        object=f"{stage.title}/{title}",
    )


def _mend(given: float, deadline: float | None) -> str:
    if deadline is not None:
        return f"Wait longer than the Job may run: `--timeout={deadline + _MINUTE:.0f}s`."
    shorter = max(given - _MINUTE, given / 2)
    return (
        f"Give the Job `spec.activeDeadlineSeconds: {shorter:.0f}`, so that Kubernetes ends it before the wait does, "
        "or a longer one and the wait more time than that."
    )


def _others(delivery: Delivery, manifest: Manifest, given: float) -> Iterator[Related]:
    """Other Jobs that migrate, whose deadline this wait would not outlast either."""
    for other in delivery.of_kind("Job"):
        deadline = _deadline(other)
        if other is not manifest and other.migrates is not None and deadline is not None and deadline >= given:
            place = other.job.place("activeDeadlineSeconds") if other.job else other.head
            yield Related(place, f"{other.title} is given {deadline:g} s")


def _deadline(manifest: Manifest) -> float | None:
    text = manifest.job.text("activeDeadlineSeconds") if manifest.job else None
    return float(text) if text and text.isdigit() else None


def _cut_off(stage: Stage, wait: Wait, given: float) -> Iterator[Finding]:
    minutes = stage.job.timeout_minutes
    if minutes is not None and minutes * _MINUTE <= given:
        yield stage.finding(
            stage.job.part.place("timeout-minutes"),
            f"GitHub ends this job after {minutes:g} minutes, before the wait of {given:g} s for "
            f"{wait.manifest.title} is over: nobody sees how the migration ends.",
            f"Write `timeout-minutes: {given / _MINUTE + 5:.0f}` or more.",
            related=(Related(wait.doing.place, "this wait"),),
        )
