"""Jobs that are deleted before anybody can read why their migration failed."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Scalar
from avion_rules._objects import integers, is_migration, when, why

_HELM = "helm.sh/hook-delete-policy"
_ARGO = "argocd.argoproj.io/hook-delete-policy"


@record
class Options:
    """`least`: seconds that a finished Job is kept."""

    least: int = 3600
    STRICTER = (("least", "higher"),)


@rule("KM104", subject=Manifest, options=Options)
def finished_job_lost(manifest: Manifest, options: Options) -> Iterator[Finding]:
    """Find a migration's Job that is deleted, with its log, before anybody can read it."""
    if not is_migration(manifest):
        return
    yield from _deleted_by_hooks(manifest)
    job = manifest.job
    for scalar, seconds in integers(job, "ttlSecondsAfterFinished") if job else ():
        if seconds >= options.least:
            continue
        hook = (
            " Argo CD waits for ever for a hook that is gone before it has seen its end." if manifest.argo_hooks else ""
        )
        yield manifest.finding(
            scalar,
            f"The Job and its log are deleted {seconds} s after it has ended{when(job, scalar) if job else ''}: "
            f"nobody can read then why a migration failed.{hook}",
            f"Write {options.least} or more; 86400 keeps it for a day.",
            related=why(manifest),
        )


def _deleted_by_hooks(manifest: Manifest) -> Iterator[Finding]:
    for name, bad, good in (
        (_HELM, "hook-failed", "before-hook-creation"),
        (_ARGO, "HookFailed", "BeforeHookCreation"),
    ):
        scalar = manifest.annotation(name)
        if scalar is not None and bad in _policies(scalar):
            yield manifest.finding(
                scalar,
                "A migration that fails is deleted at once with its log: nobody can read why.",
                f"Write `{name}: {good}`, which deletes the old Job only when the next one is made.",
                related=why(manifest),
            )


def _policies(scalar: Scalar) -> list[str]:
    return [word.strip() for word in scalar.text.split(",")]
