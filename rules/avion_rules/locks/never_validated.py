"""Constraints that were added NOT VALID and stayed so."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.schema.model import Constraint, Origin, Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Project, Statement


@rule("LK118", subject=Project)
def never_validated(project: Project) -> Iterator[Finding]:
    """Find a change of a table whose constraint was added NOT VALID earlier and is never validated."""
    if not project.migrations:
        return
    tables = project.migrations[-1].after.tables
    for name, (statement, action) in _touched(project).items():
        table = tables.get(name)
        for made, origin in _open(table) if table else ():
            if table and origin.deployment < statement.deployment.order:
                yield _finding(statement, action, table, made, origin)


def _touched(project: Project) -> dict[a.Name, tuple[Statement, a.Action]]:
    """Tables that are changed now, each with the last statement that does it."""
    found = {}
    for migration in project.migrations:
        for statement in migration.up if migration.judged else ():
            for action in statement.all_actions():
                tables = (statement.table(name) for name in a.touched(action))
                found.update({table.name: (statement, action) for table in tables if table})
    return found


def _open(table: Table) -> Iterator[tuple[Constraint, Origin]]:
    """Constraints that are not valid; those of partitions and heirs stand for their parents'."""
    if table.partition_of or table.inherits:
        return
    for made in table.constraints.values():
        if made.origin and made.enforced and not made.valid:
            yield made, made.origin


def _finding(statement: Statement, action: a.Action, table: Table, made: Constraint, origin: Origin) -> Finding:
    sql = table.name.sql.removeprefix("public.")
    return statement.finding(
        action,
        f"{made.name} of {table.name} holds for new rows only: migration {origin.version} adds it NOT VALID, "
        "and none validates it.",
        "Validate it in a migration of its own, which keeps no read or write waiting:\n"
        f"ALTER TABLE {sql} VALIDATE CONSTRAINT {a.identifier(made.name)};",
        related=(Related(origin.place, f"{made.name} is added here"),),
        object=f"{table.name}.{made.name}",
    )
