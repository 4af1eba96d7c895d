"""Jobs whose migration may run, or wait, for ever."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_rules._objects import integers, is_migration, when, why

_COUNTS = "It counts everything: pulling images, init containers such as a backup or a wait, and every retry."


@record
class Options:
    """`least` and `most`: seconds that the whole Job may take."""

    least: int = 60
    most: int = 7200


@rule("KM103", subject=Manifest, options=Options)
def migration_without_deadline(manifest: Manifest, options: Options) -> Iterator[Finding]:
    """Find a migration that nothing ends when it hangs, or that is ended before it can be done."""
    job = manifest.job
    if job is None or not is_migration(manifest) or _pod_has_one(manifest):
        return
    remedy = f"Write `activeDeadlineSeconds` into the Job's spec, {options.least} to {options.most}. {_COUNTS}"
    if not job.may_have("activeDeadlineSeconds"):
        yield manifest.finding(
            manifest.part.place("spec"),
            "Nothing ends this migration when it hangs: it keeps its locks, or waits for them, until somebody sees it.",
            remedy,
            related=why(manifest),
        )
    for scalar, seconds in integers(job, "activeDeadlineSeconds"):
        if seconds < options.least:
            message = f"The migration is killed after {seconds} s{when(job, scalar)}. {_COUNTS}"
        elif seconds > options.most:
            message = f"A migration that hangs keeps its locks for up to {seconds} s{when(job, scalar)}."
        else:
            continue
        yield manifest.finding(scalar, message, remedy, related=why(manifest))


def _pod_has_one(manifest: Manifest) -> bool:
    spec = manifest.pod.spec if manifest.pod else None
    return spec is not None and spec.has("activeDeadlineSeconds")
