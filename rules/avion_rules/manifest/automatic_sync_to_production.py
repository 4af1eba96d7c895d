"""Argo CD migrating production by itself."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import environment_of
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules._objects import is_migration, when
from avion_rules.manifest._argo import applications, folders_of, is_below


@rule("KM126", subject=Delivery)
def automatic_sync_to_production(delivery: Delivery) -> Iterator[Finding]:
    """Find an Application of Argo CD that migrates production as soon as something is merged."""
    for application in applications(delivery):
        at = ("spec", "syncPolicy", "automated")
        part = application.part.part(*at)
        if part is None or not (_environment(application) == "production" or _is_for_all(application, delivery)):
            continue
        if part.text("enabled") == "false" or (part.node and part.text() == ""):
            continue
        job = next((each for each in delivery.of_kind("Job") if _brings(application, each)), None)
        if job is None:
            continue
        healing = part.text("selfHeal") == "true"
        yield application.finding(
            application.part.place(*at),
            f"What is merged migrates production at once{when(application.part, part.node)}, without anybody's "
            f"approval{_HEALING if healing else ''}.",
            "Take `automated` away for production and sync by hand, or from a job that waits for an approval: "
            f"`argocd app sync {application.name}`.",
            related=(Related(job.head, f"{job.title} migrates"),),
        )


_HEALING = ", and selfHeal brings it back when somebody stops it"


def _brings(application: Manifest, job: Manifest) -> bool:
    return is_below(job.path, folders_of(application)) and is_migration(job)


def _is_for_all(application: Manifest, delivery: Delivery) -> bool:
    """Whether a template makes it for each environment of the settings, production among them, without a condition."""
    words = (application.part.scalar("metadata", "name"), application.part.scalar("spec", "destination", "namespace"))
    written = [application.yaml.as_written(each) for each in words if each is not None and not each.known]
    if not any(".Values.env" in each for each in written):
        return False
    at = application.part.get("spec", "syncPolicy", "automated")
    if at is None or application.yaml.conditions(at):
        return False
    return any(each.name == "production" for each in delivery.environments)


def _environment(application: Manifest) -> str:
    part = application.part
    words = (
        part.text("spec", "destination", "namespace"),
        part.text("spec", "destination", "name"),
        application.name,
        part.text("spec", "project"),
        *folders_of(application),
        application.path,
    )
    return next((found for word in words if word and (found := environment_of(word))), "")
