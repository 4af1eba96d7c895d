"""Tables without a primary key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.schema.model import Schema, Table
from avion_lint.source import Place
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Migration, Project


@record
class _Made:
    """Where a table is made."""

    place: Place
    table: a.Name


def _notes(migration: Migration) -> Iterator[_Made]:
    for statement in migration.up:
        for action in statement.of(a.CreateTable):
            if not action.temporary and not action.like:
                yield _Made(statement.place_of(action), action.table)


@rule("DE101", subject=Project, on=(a.CreateTable,), notes=_notes)
def missing_primary_key(project: Project, noted: Iterable[_Made]) -> Iterator[Finding]:
    """Find a new table that no migration gives a primary key."""
    for made in noted:
        table = _in_the_end(made, project.after)
        if table and not _has_key(table):
            yield _finding(made)


def _in_the_end(made: _Made, after: Schema) -> Table | None:
    """The table as it is in the end; None for one that is gone, another's part, or made elsewhere."""
    table = after.table(made.table)
    if table is None or table.partition_of or table.inherits:
        return None
    return table if table.origin and table.origin.place.document is made.place.document else None


def _has_key(table: Table) -> bool:
    return any(made.kind is ConstraintKind.PRIMARY_KEY for made in table.constraints.values())


def _finding(made: _Made) -> Finding:
    return Finding(
        made.place,
        f"{made.table} has no primary key: rows that are equal cannot be told apart, and logical replication refuses "
        "to update or delete them.",
        "Give it one, for instance:\nid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        object=str(made.table),
    )
