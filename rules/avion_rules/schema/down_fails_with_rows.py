"""Down sections that work on empty tables only."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration


@rule("SC117", subject=Migration, down=True, on=(a.AddColumn,))
def down_fails_with_rows(migration: Migration) -> Iterator[Finding]:
    """Find a Down section that brings a column back as NOT NULL without a default."""
    for statement in migration.down:
        for action in statement.of(a.AddColumn):
            column, table = action.column, migration.before.table(action.table)
            filled = column.default is not None or column.generated or column.identity or _is_serial(column)
            if table and not table.temporary and column.not_null and not filled and not action.if_not_exists:
                name = f"{action.table}.{column.name}"
                yield statement.finding(
                    action,
                    f"Rolling back fails with SQLSTATE 23502 as soon as {action.table} has a single row: {name} "
                    "would be "
                    "NULL there.",
                    f"Bring it back without NOT NULL, or give it a default that old rows may have:\n"
                    f"ALTER TABLE {action.table.sql} ADD COLUMN {a.identifier(column.name)} {column.type};",
                    object=name,
                )


def _is_serial(column: a.ColumnDefinition) -> bool:
    return column.type.name.endswith("serial")
