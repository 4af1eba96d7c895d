"""The SQL that deprecates an object."""

from __future__ import annotations

from avion_lint.sql import actions as a
from avion_lint.subjects import Dialect, Statement


def deprecate_table(statement: Statement, table: a.Name) -> str:
    """Rename the table, or say so in its comment."""
    renamed = a.identifier(f"{table.name}_deprecated")
    steps = f"ALTER TABLE {table.sql} RENAME TO {renamed};"
    if statement.service.dialect is not Dialect.POSTGRESQL:
        return steps
    return f"{steps}\n-- or, without a new name:\nCOMMENT ON TABLE {table.sql} IS 'deprecated: …';"


def deprecate_column(statement: Statement, table: a.Name, column: str) -> str:
    """Rename the column, or say so in its comment."""
    old, new = a.identifier(column), a.identifier(f"{column}_deprecated")
    steps = f"ALTER TABLE {table.sql} RENAME COLUMN {old} TO {new};"
    if statement.service.dialect is not Dialect.POSTGRESQL:
        return steps
    comment = f"COMMENT ON COLUMN {table.sql}.{old} IS 'deprecated: …';"
    return f"{steps}\n-- or, without a new name:\n{comment}"


def deprecate_object(kind: a.ObjectKind, name: str) -> str:
    """Say in the object's comment that it is deprecated."""
    routine = kind in (a.ObjectKind.FUNCTION, a.ObjectKind.AGGREGATE)
    return f"COMMENT ON {'ROUTINE' if routine else kind.upper()} {name} IS 'deprecated: …';"


def stand_in(old: a.Name, new: a.Name) -> str:
    """Leave a view where a table was."""
    return f"CREATE VIEW {old.sql} AS SELECT * FROM {new.sql};"  # noqa: S608 - for people to read, never run
