"""Runners that connect without a lock_timeout, as far as a manifest tells."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Listing
from avion_rules._objects import is_migration, runner_of, why

_CARRIERS = ("GOOSE_DBSTRING", "DATABASE_URL", "DB_URL", "DSN", "FLYWAY_URL", "PGOPTIONS", "FLYWAY_INIT_SQL")


@rule("KM109", subject=Manifest)
def connection_without_lock_timeout(manifest: Manifest) -> Iterator[Finding]:
    """Point out a runner whose connection is given no lock_timeout, though its manifest says how it connects."""
    if not is_migration(manifest):
        return
    for container in manifest.containers:
        runner = runner_of(container)
        if runner not in _REMEDY or not container.migrates or _may_have_more(container):
            continue
        at = next((each.value for each in container.variables() if each.name in _CARRIERS and each.value), None)
        if at is not None and "lock_timeout" not in _everything(container):
            yield manifest.finding(
                at,
                "The connection has no lock_timeout: a migration that does not set its own waits for locks as long as "
                "it takes, and the application's queries queue up behind it.",
                _REMEDY[runner],
                related=why(manifest),
                object=f"{manifest.title}/{container.name}",
            )


_REMEDY = {
    "goose": "Add `lock_timeout=3s` to the parameters of the connection string (`…?sslmode=require&lock_timeout=3s`); "
    "goose before 3.25 does not read PGOPTIONS.",
    "flyway": "Give the container FLYWAY_INIT_SQL with the value `SET lock_timeout = '3s'`; Flyway's JDBC driver does "
    "not read PGOPTIONS.",
}


def _may_have_more(container: Container) -> bool:
    """Whether a part of what is given to the runner cannot be seen: Secrets, ConfigMaps, templates."""
    env = container.part.get("env")
    if container.part.may_have("envFrom") or (isinstance(env, Listing) and env.is_open):
        return True
    return any(
        each.name in _CARRIERS and (each.value is None or not each.value.known) for each in container.variables()
    )


def _everything(container: Container) -> str:
    values = (each.value.text for each in container.variables() if each.value is not None)
    return "\n".join((*values, *(word.text for word in container.words)))
