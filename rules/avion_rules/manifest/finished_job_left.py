"""Jobs that nothing ever deletes."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import is_migration, why
from avion_rules.manifest._names import is_new

_POLICIES = ("helm.sh/hook-delete-policy", "argocd.argoproj.io/hook-delete-policy")


@rule("KM105", subject=Manifest)
def finished_job_left(manifest: Manifest) -> Iterator[Finding]:
    """Find a migration's Job of which every deployment leaves one more behind."""
    job = manifest.job
    if manifest.kind != "Job" or job is None or not is_migration(manifest) or not is_new(manifest):
        return
    if job.may_have("ttlSecondsAfterFinished") or _is_deleted(manifest):
        return
    yield manifest.finding(
        manifest.part.place("spec"),
        "Every deployment makes a Job of another name, and nothing deletes the old ones with their pods.",
        "Write `ttlSecondsAfterFinished: 86400` into the Job's spec; its log is there for a day then.",
        related=why(manifest),
    )


def _is_deleted(manifest: Manifest) -> bool:
    """Whether Helm or Argo CD deletes a hook that went well; `before-hook-creation` looks for the same name."""
    found = (manifest.annotation(name) for name in _POLICIES)
    return any(scalar is not None and "succeeded" in scalar.text.lower() for scalar in found)
