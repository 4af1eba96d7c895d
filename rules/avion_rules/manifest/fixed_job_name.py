"""Jobs that cannot be made a second time."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import is_migration, why
from avion_rules.manifest._names import is_fixed


@rule("KM107", subject=Delivery)
def fixed_job_name(delivery: Delivery) -> Iterator[Finding]:
    """Find a migration's Job of the same name at every deployment, which Kubernetes does not run again."""
    deleted: frozenset[str] | None = None  # asked of all scripts, once
    for manifest in delivery.of_kind("Job"):
        scalar = manifest.part.scalar("metadata", "name")
        if scalar is None or not is_migration(manifest):
            continue
        yield from _kept_by_helm(manifest)
        if _may_be_replaced(manifest):
            continue
        if not is_fixed(manifest):
            continue
        deleted = _deleted(delivery) if deleted is None else deleted
        if manifest.name in deleted:
            continue
        yield manifest.finding(
            scalar,
            f"The second deployment does not migrate: while the Job {manifest.name} is there, Kubernetes answers a new "
            "image with `field is immutable`, and does nothing where no field differs.",
            "Give each deployment's Job a name of its own: `generateName` with `kubectl create`, or a name that ends "
            "with the build's number. As Helm's or Argo CD's hook it may keep its name: they delete the old one first.",
            related=why(manifest),
        )


def _kept_by_helm(manifest: Manifest) -> Iterator[Finding]:
    """A hook whose delete policy does not say `before-hook-creation`, which is the default only where none is given."""
    policy = manifest.annotation("helm.sh/hook-delete-policy")
    if policy is None or not policy.known or not manifest.helm_hooks or not is_fixed(manifest):
        return
    said = {word.strip() for word in policy.text.split(",")}
    if "before-hook-creation" in said or {"hook-succeeded", "hook-failed"} <= said:
        return
    if "hook-succeeded" in said:
        message = "After a migration that failed every later upgrade fails too: the failed Job is still there"
    else:
        message = "The next upgrade fails: the Job of the last one is still there"
    yield manifest.finding(
        policy,
        f"{message}, Helm does not delete it first, and answers `already exists`.",
        f"Write `helm.sh/hook-delete-policy: {','.join(['before-hook-creation', *sorted(said - {'hook-failed'})])}`.",
        related=why(manifest),
    )


def _may_be_replaced(manifest: Manifest) -> bool:
    """Whether Helm or Argo CD deletes the old one first, or may do so for what can be seen."""
    if manifest.helm_hooks or manifest.argo_hooks:
        return True
    options = manifest.annotations().get("argocd.argoproj.io/sync-options", "")
    if "Replace=true" in options or "Force=true" in options:
        return True
    at = ("metadata", "annotations")
    return manifest.part.may_have(*at, "helm.sh/hook") and manifest.yaml.is_template


def _deleted(delivery: Delivery) -> frozenset[str]:
    """Names that scripts and steps tell kubectl to delete or to replace."""
    words = (
        word
        for run in delivery.runs
        for act in run.acts
        if act.words and act.words[0].endswith("kubectl") and {"delete", "replace"} & set(act.words)
        for word in act.words
    )
    return frozenset(word.rpartition("/")[2] for word in words)
