"""Pods of Jobs that are refused for their restart policy, or restarted in place."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import is_job, said, when, why

_REMEDY = "Write `restartPolicy: Never` into the pod's spec."


@rule("KM101", subject=Manifest)
def wrong_restart_policy(manifest: Manifest) -> Iterator[Finding]:
    """Find a Job that Kubernetes refuses, or whose failed migration is started again in the same pod."""
    spec = manifest.pod.spec if manifest.pod and is_job(manifest) else None
    if spec is None:
        return
    if not spec.may_have("restartPolicy"):
        yield manifest.finding(
            manifest.pod.part.place("spec") if manifest.pod else None,
            "Kubernetes refuses this Job: its pod has no restartPolicy, and the default, Always, is not allowed here.",
            _REMEDY,
        )
    for scalar, policy in said(spec, "restartPolicy"):
        if policy == "Always":
            message = "Kubernetes refuses this Job: restartPolicy may only be Never or OnFailure."
            yield manifest.finding(scalar, message + when(spec, scalar), _REMEDY)
        elif policy == "OnFailure" and manifest.migrates:
            yield manifest.finding(
                scalar,
                "A migration that fails is started again at once in the same pod, and when the Job gives up the pod is "
                f"deleted together with the log that says why{when(spec, scalar)}.",
                _REMEDY,
                related=why(manifest),
            )
