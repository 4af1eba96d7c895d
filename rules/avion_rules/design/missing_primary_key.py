"""Tables without a primary key."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Schema, Table
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Project, Statement


@rule("DE101", subject=Project)
def missing_primary_key(project: Project) -> Iterator[Finding]:
    """Find a new table that no migration gives a primary key."""
    schema = project.migrations[-1].after if project.migrations else Schema()
    for migration in project.migrations:
        if migration.judged:
            for statement in migration.up:
                for action in statement.of(a.CreateTable):
                    table = _made(statement, action, schema)
                    if table and not _has_key(table):
                        yield _finding(statement, action)


def _made(statement: Statement, action: a.CreateTable, after: Schema) -> Table | None:
    """The table that a statement makes, as it is in the end; None for one that is gone, temporary or another's part."""
    table = after.table(action.table)
    if table is None or action.temporary or table.partition_of or table.inherits or action.like:
        return None
    origin = table.origin
    return table if origin and origin.place.document is statement.file.document else None


def _has_key(table: Table) -> bool:
    return any(made.kind is ConstraintKind.PRIMARY_KEY for made in table.constraints.values())


def _finding(statement: Statement, action: a.CreateTable) -> Finding:
    return statement.finding(
        action,
        f"{action.table} has no primary key: rows that are equal cannot be told apart, and logical replication refuses "
        "to update or delete them.",
        "Give it one, for instance:\nid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        object=action.table,
    )
