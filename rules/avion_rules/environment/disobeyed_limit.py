"""Limits in an environment's settings that the Jobs and workflows do not keep."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import Environment, Setting
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules._objects import integers
from avion_rules.environment._practice import jobs, stages
from avion_rules.environment._values import number, only
from avion_rules.monitoring._queries import alerts
from avion_rules.monitoring.alert_after_deadline import delay
from avion_rules.workflow._waits import waits

_DEFAULT_TRIES = 6  # batch/v1, backoffLimit
_MINUTE = 60


@rule("EN109", subject=Delivery)
def disobeyed_limit(delivery: Delivery) -> Iterator[Finding]:
    """Find a number of tries or seconds in settings that differs from what the Jobs and workflows do."""
    for environment in delivery.environments:
        if only(delivery, environment.name) is None or environment.rank is None:
            continue
        yield from _tries(delivery, environment)
        yield from _seconds(delivery, environment)


def _tries(delivery: Delivery, environment: Environment) -> Iterator[Finding]:
    setting = environment.setting("max_retries")
    allowed = number(setting)
    if setting is None or allowed is None:
        return
    found = [each for job in jobs(delivery, environment.name) for each in _more_tries(job, allowed)]
    if found:
        yield environment.finding(
            setting.entry,
            f"This is not obeyed: a migration that fails is tried again {_listed(found)} times in {environment.name}, "
            f"allowed is {allowed}.",
            f"Write `backoffLimit: {allowed}` (or 0) in the Job, or fill it from these settings.",
            related=tuple(related for _, related in found),
        )


def _more_tries(job: Manifest, allowed: int) -> Iterator[tuple[int, Related]]:
    spec = job.job
    if spec is None:
        return
    if not spec.may_have("backoffLimit"):
        if allowed < _DEFAULT_TRIES:
            yield _DEFAULT_TRIES, Related(job.head, f"no backoffLimit, so Kubernetes tries {_DEFAULT_TRIES} times more")
        return
    for scalar, count in integers(spec, "backoffLimit"):
        if count > allowed:
            yield count, Related(job.yaml.place(scalar), f"{job.title} is tried {count} times more")


def _seconds(delivery: Delivery, environment: Environment) -> Iterator[Finding]:
    setting = environment.setting("timeout_seconds")
    allowed = number(setting)
    if setting is None or allowed is None or allowed <= 0:
        return
    found = [
        *_of_jobs(delivery, environment, allowed),
        *_of_workflows(delivery, environment, allowed),
        *_of_alerts(delivery, environment, allowed),
    ]
    if found:
        yield environment.finding(
            setting.entry,
            f"{environment.name.capitalize()}'s migrations have {allowed} seconds by this, and elsewhere "
            f"{_said(found, setting)}.",
            "Give all of them one value, the Job's deadline from these settings, and let each that waits wait a "
            "little longer than what it waits for.",
            related=tuple(related for _, related in found),
        )


def _of_jobs(delivery: Delivery, environment: Environment, allowed: int) -> Iterator[tuple[str, Related]]:
    for job in jobs(delivery, environment.name):
        spec = job.job
        if spec is None:
            continue
        if not spec.may_have("activeDeadlineSeconds"):
            yield "no limit at all", Related(job.head, f"nothing ends {job.title}")
        for scalar, limit in integers(spec, "activeDeadlineSeconds"):
            if limit != allowed:
                said = "ends half-way what may take longer" if limit < allowed else "goes on for longer"
                yield f"{limit}", Related(job.yaml.place(scalar), f"{job.title} {said}: {limit} s")


def _of_workflows(delivery: Delivery, environment: Environment, allowed: int) -> Iterator[tuple[str, Related]]:
    for stage in stages(delivery, environment.name):
        for wait in waits(stage):
            if wait.seconds is not None and wait.seconds < allowed:
                yield f"{wait.seconds:g}", Related(wait.doing.place, f"the workflow gives up after {wait.seconds:g} s")
        minutes = stage.job.timeout_minutes
        if minutes is not None and minutes * _MINUTE < allowed:
            place = stage.job.part.place("timeout-minutes")
            yield f"{minutes * _MINUTE:g}", Related(place, f"GitHub ends the job after {minutes:g} min")


def _of_alerts(delivery: Delivery, environment: Environment, allowed: int) -> Iterator[tuple[str, Related]]:
    """Alerts on long migrations that come only when production's time is over."""
    for alert, query, tree in alerts(delivery) if environment.name == "production" else ():
        found = delay(alert, tree)
        if found is not None and found[2] >= allowed:
            place = query.place(found[1])
            yield f"{found[2]:g}", Related(place, f"the alert {alert.name} comes after {found[2]:g} s, too late")


def _said(found: list[tuple[str, Related]], setting: Setting) -> str:
    words = list(dict.fromkeys(word for word, _ in found if word != setting.value))
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _listed(found: list[tuple[int, Related]]) -> str:
    return " or ".join(str(each) for each in sorted({count for count, _ in found}))
