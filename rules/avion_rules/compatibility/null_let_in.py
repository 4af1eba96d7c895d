"""Columns that may be NULL from now on."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration


@rule("CO114", subject=Migration, on=(a.DropNotNull,))
def null_let_in(migration: Migration) -> Iterator[Finding]:
    """Point out a DROP NOT NULL: running releases read the column as one that always has a value."""
    for statement in migration.up:
        for drop in statement.of(a.DropNotNull):
            table = statement.schema_before(drop).table(drop.table)
            after = migration.after.tables.get(table.name) if table else None
            column = after.columns.get(drop.column) if after else None
            if statement.in_use(drop.table, drop) and not (table and (column is None or column.not_null)):
                name = f"{drop.table}.{drop.column}"
                yield statement.finding(
                    drop,
                    f"Running releases may read NULL from {name}, where there was always a value.",
                    "Write NULL only when every running release can read it; the migration itself breaks nothing yet.",
                    object=name,
                )
