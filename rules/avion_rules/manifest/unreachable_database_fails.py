"""Flyway giving up when the database does not answer at once."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Listing
from avion_rules._objects import does, is_migration, runner_of, why


@rule("KM114", subject=Manifest)
def unreachable_database_fails(manifest: Manifest) -> Iterator[Finding]:
    """Find a Flyway that fails when the database, or its proxy, is not there yet in the first second."""
    if not is_migration(manifest) or any(does(each, Task.WAIT) for each in manifest.containers):
        return
    for container in manifest.containers:
        if container.migrates and runner_of(container) == "flyway" and not _may_retry(container):
            yield manifest.finding(
                container.part.place("name"),
                "One failed connection fails the deployment: Flyway tries once, and the database may be failing over, "
                "or the network of a new pod not be ready.",
                "Give the container FLYWAY_CONNECT_RETRIES with the value `10`: it waits 1, 2, 4 … up to 120 seconds "
                "between the tries (FLYWAY_CONNECT_RETRIES_INTERVAL).",
                related=why(manifest),
                object=f"{manifest.title}/{container.name}",
            )


def _may_retry(container: Container) -> bool:
    env = container.part.get("env")
    if container.part.may_have("envFrom") or (isinstance(env, Listing) and env.is_open):
        return True
    named = any(each.name in ("FLYWAY_CONNECT_RETRIES", "FLYWAY_CONFIG_FILES") for each in container.variables())
    return named or any("connectRetries" in word.text or "configFiles" in word.text for word in container.words)
