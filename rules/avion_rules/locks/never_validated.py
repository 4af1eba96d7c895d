"""Constraints that were added NOT VALID and stayed so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.finding import Finding, Related
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.schema.model import Constraint, Origin, Table
from avion_lint.source import Place
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Project, Statement


@record
class _Change:
    """Where a migration last changes a table, and the order of its deployment."""

    place: Place
    table: a.Name
    order: int


def _notes(migration: Migration) -> Iterator[_Change]:
    last: dict[a.Name, tuple[Statement, a.Action]] = {}
    for statement in migration.up:
        for action in statement.all_actions():
            tables = (statement.table(name) for name in a.touched(action))
            last |= {table.name: (statement, action) for table in tables if table}
    order = migration.deployment.order
    return (_Change(statement.place_of(action), table, order) for table, (statement, action) in last.items())


@rule("LK118", subject=Project, notes=_notes)
def never_validated(project: Project, noted: Iterable[_Change]) -> Iterator[Finding]:
    """Find a change of a table whose constraint was added NOT VALID earlier and is never validated."""
    for change in {change.table: change for change in noted}.values():
        table = project.after.tables.get(change.table)
        for made, origin in _open(table) if table else ():
            if table and origin.deployment < change.order:
                yield _finding(change, table, made, origin)


def _open(table: Table) -> Iterator[tuple[Constraint, Origin]]:
    """Constraints that are not valid; those of partitions and heirs stand for their parents'."""
    if table.partition_of or table.inherits:
        return
    for made in table.constraints.values():
        if made.origin and made.enforced and not made.valid:
            yield made, made.origin


def _finding(change: _Change, table: Table, made: Constraint, origin: Origin) -> Finding:
    sql = table.name.sql.removeprefix("public.")
    return Finding(
        change.place,
        f"{made.name} of {table.name} holds for new rows only: migration {origin.version} adds it NOT VALID, "
        "and none validates it.",
        "Validate it in a migration of its own, which keeps no read or write waiting:\n"
        f"ALTER TABLE {sql} VALIDATE CONSTRAINT {a.identifier(made.name)};",
        related=(Related(origin.place, f"{made.name} is added here"),),
        object=f"{table.name}.{made.name}",
    )
