"""Migrations under somebody else's service account."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.source import Place
from avion_rules._objects import is_migration, why
from avion_rules.access._roles import account_of, applications


@rule("AC105", subject=Delivery)
def shared_service_account(delivery: Delivery) -> Iterator[Finding]:
    """Find a migration that runs under the application's service account, or the one that everybody has."""
    for manifest in delivery.of_kind("Job", "CronJob"):
        spec = manifest.pod.spec if manifest.pod else None
        if spec is None or not is_migration(manifest):
            continue
        account = account_of(manifest)
        if account in (None, "", "default"):
            if account is not None or not (spec.may_have("serviceAccountName") or spec.may_have("serviceAccount")):
                yield manifest.finding(
                    spec.place("serviceAccountName") if account else _head(manifest),
                    "The migration runs under the namespace's default service account: what anybody grants that one, "
                    "every pod without an account of its own has, and no audit log tells them apart.",
                    "Make a ServiceAccount for the migration and name it: `serviceAccountName: users-migration`.",
                    related=why(manifest),
                )
            continue
        other = next((each for each in applications(delivery) if _shares(manifest, each, account)), None)
        if other is not None and other.pod is not None:
            at = other.pod.part.place("spec", "serviceAccountName")
            yield manifest.finding(
                spec.place("serviceAccountName"),
                f"The migration runs under {other.title}'s service account: what the one may do in the cluster, or in "
                "the cloud through it, the other may do too.",
                "Make a ServiceAccount for the migration and name it here.",
                related=(Related(at, f"{other.title} runs under it too"), *why(manifest)),
            )


def _shares(manifest: Manifest, other: Manifest, account: str | None) -> bool:
    same_namespace = manifest.namespace == other.namespace
    return same_namespace and account_of(other) == account


def _head(manifest: Manifest) -> Place | None:
    return manifest.pod.part.place("spec") if manifest.pod else None
