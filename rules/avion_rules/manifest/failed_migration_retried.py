"""Jobs that run a failed migration again."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import Part
from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_rules._objects import integers, is_migration, when, why

_DEFAULT = 6  # Kubernetes' own backoffLimit


@record
class Options:
    """`most`: how often a failed migration may be started again."""

    most: int = 0
    STRICTER = (("most", "lower"),)


@rule("KM102", subject=Manifest, options=Options)
def failed_migration_retried(manifest: Manifest, options: Options) -> Iterator[Finding]:
    """Find a Job that starts a failed migration again by itself."""
    job = manifest.job
    if job is None or not is_migration(manifest) or _ends_at_failure(job):
        return
    remedy = (
        f"Write `backoffLimit: {options.most}`: somebody looks at the failure first. To have pods that were evicted "
        "replaced all the same, keep the limit and add a podFailurePolicy that fails the Job at the runner's exit code."
    )
    if not job.may_have("backoffLimit") and options.most < _DEFAULT:
        message = f"A failed migration is started again up to {_DEFAULT} times: that is what Kubernetes does by itself."
        at = manifest.part.place("spec")
        yield manifest.finding(at, f"{message} {_HARM}", remedy, related=why(manifest))
    for scalar, times in integers(job, "backoffLimit"):
        if times > options.most:
            often = "once" if times == 1 else f"up to {times} times"
            message = f"A failed migration is started again {often}{when(job, scalar)}. {_HARM}"
            yield manifest.finding(scalar, message, remedy, related=why(manifest))


_HARM = "What was done half stays half done, and each try waits for the same locks again."


def _ends_at_failure(job: Part) -> bool:
    """Whether a failure policy fails the Job at once when a container exits with an error of its own."""
    if job.part("podFailurePolicy") is None:
        return job.may_have("podFailurePolicy")
    rules = job.parts("podFailurePolicy", "rules")
    return any(each.text("action") in ("FailJob", None) and each.has("onExitCodes") for each in rules)
