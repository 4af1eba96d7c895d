"""Constraints that were added NOT VALID and stayed so."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Constraint, Origin, Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Project


@rule("LK118", subject=Project)
def never_validated(project: Project) -> Iterator[Finding]:
    """Find a constraint that was added NOT VALID in an earlier deployment and that no migration validates."""
    if not project.migrations:
        return
    latest = max(migration.deployment.order for migration in project.migrations)
    for table, made, origin in _open(project):
        if origin.deployment < latest:
            yield _finding(table, made, origin)


def _open(project: Project) -> Iterator[tuple[Table, Constraint, Origin]]:
    """Constraints that are not valid after all migrations; those of partitions and heirs stand for their parents'."""
    for table in project.migrations[-1].after.tables.values():
        if table.partition_of or table.inherits:
            continue
        for made in table.constraints.values():
            if made.origin and made.enforced and not made.valid:
                yield table, made, made.origin


def _finding(table: Table, made: Constraint, origin: Origin) -> Finding:
    sql = table.name.sql.removeprefix("public.")
    return Finding(
        origin.place,
        f"{made.name} of {table.name} holds for new rows only: migration {origin.version} adds it NOT VALID, "
        "and none validates it.",
        "Validate it in a migration of its own, which keeps no read or write waiting:\n"
        f"ALTER TABLE {sql} VALIDATE CONSTRAINT {a.identifier(made.name)};",
        object=f"{table.name}.{made.name}",
    )
