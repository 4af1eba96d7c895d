"""Foreign keys whose columns no index begins with."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Index, Schema, Table
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Project
from avion_rules.design._constraints import given


@rule("DE102", subject=Project)
def foreign_key_without_index(project: Project) -> Iterator[Finding]:
    """Find a new foreign key whose columns no index of its table begins with."""
    schema = project.migrations[-1].after if project.migrations else Schema()
    for migration in project.migrations:
        if not migration.judged:
            continue
        for statement in migration.up:
            for action, made in given(statement):
                table = schema.table(action.table)
                if table and made.references and _stands(table, made) and not _is_served(schema, table, made.columns):
                    columns = ", ".join(map(a.identifier, made.columns))
                    yield statement.finding(
                        action,
                        f"Every delete of a row of {made.references}, and every change of its key, reads all of "
                        f"{table.name}, since no index there begins with {columns}.",
                        f"CREATE INDEX ON {table.name.sql} ({columns});",
                        object=f"{table.name}.{made.columns[0]}",
                    )


def _stands(table: Table, made: a.ConstraintDefinition) -> bool:
    """Whether the foreign key is there in the end."""
    kept = (each for each in table.constraints.values() if each.kind is ConstraintKind.FOREIGN_KEY)
    return any(each.columns == made.columns for each in kept)


def _is_served(schema: Schema, table: Table, columns: tuple[str, ...]) -> bool:
    """Whether an index of all rows that are not NULL begins with the columns, in any order."""
    return any(_serves(index, columns) for index in schema.indexes_of(table.name))


def _serves(index: Index, columns: tuple[str, ...]) -> bool:
    partial = index.partial and index.uses and not set(index.uses) <= set(columns)
    return not partial and set(index.columns[: len(columns)]) == set(columns)
