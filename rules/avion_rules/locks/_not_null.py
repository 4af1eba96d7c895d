"""NOT NULL on existing columns: which are known to hold no NULL, and how to get there without a scan."""

from __future__ import annotations

from avion_lint.schema.model import Table
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement
from avion_rules.locks._clauses import table_sql
from avion_rules.locks._two_steps import NEXT

NOT_NULL_NOT_VALID = 18


def is_known_not_null(table: Table | None, column: str) -> bool:
    """Whether the server need not read the rows: NOT NULL already, or a valid CHECK (column IS NOT NULL)."""
    if table is None:
        return False
    known = table.columns.get(column)
    return (known is not None and known.not_null) or any(
        made.kind is ConstraintKind.CHECK and made.valid and made.not_null_column == column
        for made in table.constraints.values()
    )


def nullable_columns(statement: Statement, add: a.AddConstraint) -> tuple[str, ...]:
    """Columns of a primary key that may be NULL so far, as far as they are known."""
    table = statement.schema_before(add).table(add.table)
    index = statement.schema_before(add).index(a.Name(add.table.schema, add.constraint.using_index or ""))
    columns = add.constraint.columns or (tuple(part for part in index.columns if part) if index else ())
    known = table.columns if table else {}
    return tuple(name for name in columns if name in known and not is_known_not_null(table, name))


def without_scan(statement: Statement, table: a.Name, columns: tuple[str, ...]) -> str:
    """Tell how to make columns NOT NULL while reads and writes go on; "" for none."""
    if not columns:
        return ""
    return f"Make {' and '.join(columns)} NOT NULL first, without keeping anybody waiting:\n" + "\n".join(
        steps(statement, table, column) for column in columns
    )


def steps(statement: Statement, table: a.Name, column: str) -> str:
    """The SQL that makes a column NOT NULL in two migrations."""
    sql, name = table_sql(statement, table), a.identifier(column)
    made = a.identifier(f"{table.name}_{column}_not_null")
    if statement.service.postgres >= NOT_NULL_NOT_VALID:
        return (
            f"ALTER TABLE {sql} ADD CONSTRAINT {made} NOT NULL {name} NOT VALID;\n{NEXT}\n"
            f"ALTER TABLE {sql} VALIDATE CONSTRAINT {made};"
        )
    return (
        f"ALTER TABLE {sql} ADD CONSTRAINT {made} CHECK ({name} IS NOT NULL) NOT VALID;\n{NEXT}\n"
        f"ALTER TABLE {sql} VALIDATE CONSTRAINT {made};\nALTER TABLE {sql} ALTER COLUMN {name} SET NOT NULL;\n"
        f"ALTER TABLE {sql} DROP CONSTRAINT {made};"
    )
