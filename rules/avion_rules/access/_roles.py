"""Which Roles the migrations' service accounts have, and what migrations use the cluster's API for."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.delivery.part import Part
from avion_lint.finding import Related
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_rules._objects import APPLICATIONS, is_migration

_ROLES = ("Role", "ClusterRole")
_NAMED = pattern(r"(?:^|[-_./}])migrat(?:e|es|ion|ions|or)(?:$|[-_./:{])")
_CLIENTS = pattern(
    r"\b(?:kubectl|oc|helm|argocd|flux|kubeseal)\b|kubernetes\.default|serviceaccount/token|k8s-wait-for"
)
_QUIET = pattern(r"(?:^|/)(?:flyway|goose|busybox|alpine|postgres|liquibase|migrate)(?:[:@/]|$)")


@record
class Granted:
    """A Role that a migration's service account has: through which binding, and which Job runs under the account.

    `starts` tells that people or a workflow have it, who make the migration's Job.
    """

    role: Manifest
    binding: Manifest | None
    job: Manifest | None
    starts: bool = False

    @property
    def who(self) -> str:
        """Who has it, as the beginning of a sentence."""
        return (
            "Whoever may start the migration" if self.starts else "Whatever runs under the migration's service account"
        )

    @property
    def related(self) -> tuple[Related, ...]:
        """Where it stands that the migration has it."""
        found = []
        if self.binding is not None:
            whom = "whoever starts the migration" if self.starts else "the migration's service account"
            found.append(Related(self.binding.part.place("subjects"), f"bound to {whom} here"))
        if self.job is not None and self.job.pod is not None:
            at = self.job.pod.part.place("spec", "serviceAccountName")
            found.append(Related(at, f"{self.job.title} runs under it"))
        return tuple(found)


def reaching(delivery: Delivery) -> Iterator[Granted]:
    """Roles of migrations, and those that people or workflows have who start them: bound beside the migration's Job."""
    known = set()
    for each in granted(delivery):
        known.add(id(each.role))
        yield each
    homes = homes_of_migrations(delivery)
    roles = {(role.kind, role.name, role.home): role for role in delivery.of_kind(*_ROLES)}
    for binding in delivery.of_kind("RoleBinding", "ClusterRoleBinding"):
        role = roles.get((*_role(binding), binding.home))
        if role is None or id(role) in known or binding.home not in homes or not _starts_jobs(role):
            continue
        if any(each.text("kind") in ("User", "Group") for each in binding.part.parts("subjects")):
            known.add(id(role))
            yield Granted(role, binding, None, starts=True)


def homes_of_migrations(delivery: Delivery) -> set[str]:
    """Charts and folders that hold a Job that migrates."""
    return {job.home for job in delivery.of_kind("Job", "CronJob") if is_migration(job)}


def _starts_jobs(role: Manifest) -> bool:
    """Whether a Role lets make Jobs."""
    for each in role.part.parts("rules"):
        if {"jobs", "*"} & set(each.texts("resources")) and {"create", "*"} & set(each.texts("verbs")):
            return True
    return False


def granted(delivery: Delivery) -> Iterator[Granted]:
    """Roles of migrations: bound to the service account of one, or called so."""
    jobs: dict[str, list[Manifest]] = {}
    for job in delivery.of_kind("Job", "CronJob"):
        account = account_of(job)
        if account is not None and is_migration(job):
            jobs.setdefault(account, []).append(job)
    bound: dict[tuple[str, str], list[tuple[Manifest, Manifest]]] = {}
    for binding in delivery.of_kind("RoleBinding", "ClusterRoleBinding"):
        for account in _accounts(binding):
            if account in jobs:
                bound.setdefault(_role(binding), []).append((binding, _nearest(binding, jobs[account])))
    for role in delivery.of_kind(*_ROLES):
        pairs = bound.get((role.kind, role.name), ())
        if pairs:
            yield Granted(role, *next((each for each in pairs if each[0].home == role.home), pairs[0]))
        elif _NAMED.search(role.name.lower()):
            yield Granted(role, None, None)


def _nearest(binding: Manifest, jobs: list[Manifest]) -> Manifest:
    return next((job for job in jobs if job.home == binding.home), jobs[0])


def _role(binding: Manifest) -> tuple[str, str]:
    part = binding.part.part("roleRef")
    return (binding.part.text("roleRef", "kind") or "", _name(part) if part is not None else "")


def _accounts(binding: Manifest) -> set[str]:
    subjects = binding.part.parts("subjects")
    return {_name(each) for each in subjects if each.text("kind") == "ServiceAccount"}


def _name(part: Part) -> str:
    scalar = part.scalar("name")
    return part.yaml.as_written(scalar) if scalar is not None else ""


def account_of(manifest: Manifest) -> str | None:
    """Name of the service account of an object's pods as it is written, None where none is named."""
    spec = manifest.pod.spec if manifest.pod else None
    scalar = (spec.scalar("serviceAccountName") or spec.scalar("serviceAccount")) if spec else None
    return manifest.yaml.as_written(scalar) if scalar is not None else None


def applications(delivery: Delivery) -> tuple[Manifest, ...]:
    """Objects that keep an application running, without those that migrate themselves."""
    return tuple(delivery.of_kind(*APPLICATIONS))


def asks_nothing(manifest: Manifest) -> bool:
    """Whether none of an object's containers surely asks the cluster's API for anything."""
    return bool(manifest.containers) and all(map(_is_quiet, manifest.containers))


def _is_quiet(container: Container) -> bool:
    words = "\n".join(word.text for word in container.words)
    if _CLIENTS.search(words) or _CLIENTS.search(container.image):
        return False
    return container.part.has("command") or bool(_QUIET.search(container.image))
