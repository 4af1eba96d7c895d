"""Foreign keys whose columns no index begins with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.schema.model import Index, Schema, Table
from avion_lint.source import Place
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Migration, Project
from avion_rules.design._constraints import given


@record
class _Key:
    """Where a foreign key is made, on which columns of a table, and to which table it refers."""

    place: Place
    table: a.Name
    columns: tuple[str, ...]
    references: a.Name


def _notes(migration: Migration) -> Iterator[_Key]:
    for statement in migration.up:
        for action, made in given(statement):
            if made.references:
                yield _Key(statement.place_of(action), action.table, made.columns, made.references)


@rule("DE102", subject=Project, on=(a.CreateTable, a.AddColumn, a.AddConstraint), notes=_notes)
def foreign_key_without_index(project: Project, noted: Iterable[_Key]) -> Iterator[Finding]:
    """Find a new foreign key whose columns no index of its table begins with."""
    schema = project.after
    for made in noted:
        table = schema.table(made.table)
        if table and _stands(table, made) and not _is_served(schema, table, made.columns):
            columns = ", ".join(map(a.identifier, made.columns))
            yield Finding(
                made.place,
                f"Every delete of a row of {made.references}, and every change of its key, reads all of "
                f"{table.name}, since no index there begins with {columns}.",
                f"CREATE INDEX ON {table.name.sql} ({columns});",
                object=f"{table.name}.{made.columns[0]}",
            )


def _stands(table: Table, made: _Key) -> bool:
    """Whether the foreign key is there in the end."""
    kept = (each for each in table.constraints.values() if each.kind is ConstraintKind.FOREIGN_KEY)
    return any(each.columns == made.columns for each in kept)


def _is_served(schema: Schema, table: Table, columns: tuple[str, ...]) -> bool:
    """Whether an index of all rows that are not NULL begins with the columns, in any order."""
    return any(_serves(index, columns) for index in schema.indexes_of(table.name))


def _serves(index: Index, columns: tuple[str, ...]) -> bool:
    partial = index.partial and index.uses and not set(index.uses) <= set(columns)
    return not partial and set(index.columns[: len(columns)]) == set(columns)
