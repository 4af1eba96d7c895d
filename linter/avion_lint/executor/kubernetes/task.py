"""What a Job is to do and where: everything that its manifest is made of, and nothing secret."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint.enumeration import StrEnum
from avion_lint.executor.kubernetes.image_files import ImageFiles
from avion_lint.executor.kubernetes.names import LOCK, MANAGER, RUN, job_name, label, number
from avion_lint.executor.running.sessions import prefix_of
from avion_lint.record import record
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.migration import Runner
from avion_lint.settings.environments import Environment
from avion_lint.settings.kubernetes import KubernetesSettings

_MARGIN = 300  # seconds for images that are pulled and containers that are started


class Hooks(StrEnum):
    """Who runs what is rendered before the application: nobody, Helm, or Argo CD."""

    NONE = "none"
    HELM = "helm"
    ARGOCD = "argocd"


@record
class Held:
    """The lock of a run while it lasts: its number, and the session that holds it (0: not yet taken)."""

    key: int
    session: int


@record
class Task:
    """A service's migrations as one Job.

    `run` is the run that creates it, "" where it is only rendered; `state` what its name stands for; `attempt` counts
    Jobs of the same state. `plan` is the plan's hash and `before` the version that is applied, both "" without one.
    `target` is the version to go back to, "" for the way forward. `held` is the lock that the Job must see held before
    it begins, None where nobody holds it. `goose_table` is goose's own table, "" for the usual one.
    """

    service: str
    environment: Environment
    runner: Runner
    configuration: FlywayConfiguration
    key: int
    files: ImageFiles
    state: str
    run: str = ""
    attempt: int = 1
    revision: str = ""
    plan: str = ""
    before: str = ""
    target: str = ""
    held: Held | None = None
    hooks: Hooks = Hooks.NONE
    goose_table: str = ""

    @property
    def cluster(self) -> KubernetesSettings:
        """The settings of the cluster, for this service."""
        return self.environment.kubernetes.for_service(label(self.service).lower().replace("_", "-"))

    @property
    def name(self) -> str:
        """The name of the Job."""
        return job_name(self.service, self.what, self.state, self.attempt)

    @property
    def what(self) -> str:
        """What it does, in a word."""
        return "rollback" if self.target else "migration"

    @property
    def backs_up(self) -> bool:
        """Whether the Job makes a backup first."""
        return self.environment.backup_enabled and not (self.run and self.environment.backup_command)

    @property
    def deadline(self) -> int:
        """Seconds for the whole Job: what is set, else the sum of its parts and a margin."""
        cluster = self.cluster
        backup = cluster.backup_seconds if self.backs_up else 0
        parts = (cluster.wait_seconds, backup, self.environment.timeout_seconds)
        return cluster.deadline_seconds or sum(parts) + _MARGIN

    @property
    def session_name(self) -> str:
        """The application_name of its sessions; by its beginning every run finds those of the service."""
        return prefix_of(self.key) + (self.run or f"job-{number(self.state)}")

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of the Job and its pod."""
        found = {
            "app": label(self.service),
            "component": self.what,
            "version": label(self.revision[:12]) or "unknown",
            "environment": label(self.environment.name),
            "app.kubernetes.io/managed-by": MANAGER,
            LOCK: f"{self.key & 0xFFFFFFFFFFFFFFFF:016x}",
        }
        return found | ({RUN: self.run} if self.run else {})

    @property
    def annotations(self) -> Mapping[str, str]:
        """Annotations of the Job."""
        found = {
            "avion-lint/service": self.service,
            "avion-lint/runner": str(self.runner),
            "avion-lint/revision": self.revision,
            "avion-lint/files": self.files.digest,
            "avion-lint/plan": self.plan,
            "avion-lint/target": self.target,
        }
        return {name: text for name, text in found.items() if text}
