"""The real Flyway, run as a child: all that it is told goes to it by its environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from urllib.parse import quote

from avion_lint.executor.children.processes import Order
from avion_lint.executor.runner.job import Job, Ran, Tool
from avion_lint.executor.server.address import Address
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.migration import Version

_NO_UNDO = "Flyway undoes migrations in its paid editions only"
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"  # it starts in half the time
_PLAIN_NAME = re.compile(r"[a-z0-9_]+")
_EDITION = re.compile(r"Flyway (\w+) Edition (\S+)")


def flyway(path: str) -> Tool:
    """Flyway at that path. It is asked nothing before it is needed, since it takes seconds to start."""
    return Tool("Flyway", lambda job, target: run(path, job, "migrate", target), None, _NO_UNDO, network=True)


def run(path: str, job: Job, command: str, target: Version | None = None) -> Ran:
    """One command of Flyway's; raises EndedError where everything was ended meanwhile."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ},
        "LC_ALL": "C.UTF-8",  # Java reads variables and names of files by it
        **job.environment,
        "HOME": job.private,
        "JAVA_TOOL_OPTIONS": f"{_JAVA} -Duser.timezone=UTC -Duser.home={job.private}",
        "REDGATE_DISABLE_TELEMETRY": "true",
        **_reached(job.address),
        **told(job.stage.configuration),
        "FLYWAY_LOCATIONS": f"filesystem:{job.stage.folder}",
        "FLYWAY_CONNECT_RETRIES": "0",
        **({"FLYWAY_TARGET": str(target)} if target else {}),
    }
    order = Order((path, *odd_placeholders(job.stage.configuration), command), environment, cwd=job.private)
    code, said = job.custody.run(order, job.output, job.seconds)
    return Ran(code == 0, job.address.redacted(said), late=code is None)


def edition(said: str) -> str:
    """What Flyway calls itself in what it said: `Flyway 11.20.3 (OSS)`."""
    found = _EDITION.search(said)
    return f"Flyway {found[2]} ({found[1]})" if found else "Flyway"


def _reached(address: Address) -> dict[str, str]:
    options = "&".join(f"{name}={quote(value)}" for name, value in sorted(address.options.items()))
    return {
        "FLYWAY_URL": f"jdbc:postgresql://{address.host}:{address.port}/{quote(address.database)}?{options}",
        "FLYWAY_USER": address.user,
        "FLYWAY_PASSWORD": address.password.value,
    }


_SWITCHES = {
    "MIXED": "mixed",
    "GROUP": "group",
    "OUT_OF_ORDER": "out_of_order",
    "EXECUTE_IN_TRANSACTION": "execute_in_transaction",
    "PLACEHOLDER_REPLACEMENT": "placeholder_replacement",
    "VALIDATE_MIGRATION_NAMING": "validate_migration_naming",
    "BASELINE_ON_MIGRATE": "baseline_on_migrate",
    "POSTGRESQL_TRANSACTIONAL_LOCK": "postgresql_transactional_lock",
}
_TEXTS = {
    "SQL_MIGRATION_SEPARATOR": "separator",
    "PLACEHOLDER_PREFIX": "placeholder_prefix",
    "PLACEHOLDER_SUFFIX": "placeholder_suffix",
    "PLACEHOLDER_SEPARATOR": "placeholder_separator",
    "ENCODING": "encoding",
    "BASELINE_VERSION": "baseline_version",
    "DEFAULT_SCHEMA": "default_schema",
    "TABLE": "table",
    "INIT_SQL": "init_sql",
}


def told(configuration: FlywayConfiguration) -> dict[str, str]:
    """What is known of how the service's Flyway is configured, as variables; Flyway's defaults are left to it."""
    return {f"FLYWAY_{name}": value for name, value in _variables(configuration)}


def _variables(configuration: FlywayConfiguration) -> Iterator[tuple[str, str]]:
    usual = FlywayConfiguration()
    for name, key in (*_SWITCHES.items(), *_TEXTS.items()):
        value = getattr(configuration, key)
        if value is not None and value != getattr(usual, key):
            yield name, str(value).lower() if isinstance(value, bool) else str(value)
    if configuration.suffixes != usual.suffixes:
        yield "SQL_MIGRATION_SUFFIXES", ",".join(configuration.suffixes)
    prefixes = configuration.prefixes
    for name, given, default in (
        ("SQL_MIGRATION_PREFIX", prefixes.versioned, usual.prefixes.versioned),
        ("REPEATABLE_SQL_MIGRATION_PREFIX", prefixes.repeatable, usual.prefixes.repeatable),
        ("BASELINE_MIGRATION_PREFIX", prefixes.baseline, usual.prefixes.baseline),
    ):
        if given != default:
            yield name, given
    for name, value in configuration.placeholders.items():
        if _PLAIN_NAME.fullmatch(name):
            yield f"PLACEHOLDERS_{name.upper()}", value


def odd_placeholders(configuration: FlywayConfiguration) -> Iterator[str]:
    """Arguments for placeholders whose names no variable can have; they are the repository's own, and no secret."""
    for name, value in configuration.placeholders.items():
        if not _PLAIN_NAME.fullmatch(name) and not name.startswith("flyway:"):
            yield f"-placeholders.{name}={value}"
