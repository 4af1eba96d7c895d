"""Migrations that connect as PostgreSQL's superuser."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Scalar
from avion_rules._objects import is_migration, why

_SUPER = r"(?:postgres|rds_superuser|cloudsqlsuperuser|azure_pg_admin|root)"
_NAMES = pattern(r"^(?:PGUSER|POSTGRES_USER|FLYWAY_USER|DB_USER(?:NAME)?|DATABASE_USER(?:NAME)?)$")
_VALUE = pattern(rf"^{_SUPER}$")
_DSN = pattern(rf"postgres(?:ql)?://{_SUPER}[:@]|\buser={_SUPER}(?:[\s&;'\"]|$)")
_ARGUMENT = pattern(rf"(?:^|\s)(?:-U\s*|--username[= ]|-user=){_SUPER}(?:\s|$)")


@rule("AC110", subject=Manifest)
def superuser_connection(manifest: Manifest) -> Iterator[Finding]:
    """Find a migration that connects as superuser, whom no permission and no row security stops."""
    if not is_migration(manifest):
        return
    for container in manifest.containers:
        at = next(_told(container), None)
        if at is not None:
            yield manifest.finding(
                at,
                f"{container.name} connects as the superuser: no permission stops it, in any database of the server, "
                "and everything that it makes belongs to the superuser.",
                "Make a role that owns the service's schema and nothing else, and connect as that one: "
                "`CREATE ROLE users_migration LOGIN; ALTER SCHEMA users OWNER TO users_migration;`.",
                related=why(manifest),
                object=f"{manifest.title}/{container.name}",
            )


def _told(container: Container) -> Iterator[Scalar]:
    for variable in container.variables():
        value = variable.value
        if value is not None and (
            (_NAMES.search(variable.name) and _VALUE.search(value.text)) or _DSN.search(value.text)
        ):
            yield value
    for word in container.words:
        if _DSN.search(word.text) or _ARGUMENT.search(word.text):
            yield word
