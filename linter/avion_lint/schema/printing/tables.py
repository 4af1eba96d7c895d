"""The columns of a table as CREATE TABLE takes them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.schema.model import Column, Table
from avion_lint.schema.printing.definitions import constraint_sql, default_sql, generated_sql, is_serial, type_sql
from avion_lint.sql.actions import ConstraintKind, identifier


def is_told(table: Table) -> bool:
    """Whether a table can be made again from what is known of it."""
    if table.origin is None or table.temporary or (table.partitioned and not table.partition_by):
        return False
    texts = (*columns_sql(table), *(constraint_sql(made) for made in table.constraints.values() if not made.references))
    return bool(table.columns) and not any(_has_gap(text) for text in texts)


def _has_gap(text: str) -> bool:
    return text.endswith("?") or "(?" in text or " ? " in text or text.startswith("? ")


def columns_sql(table: Table) -> Iterator[str]:
    """A line for each column, `?` where something is not known."""
    return (_column(column, _not_null(table, column)) for column in table.columns.values())


def _not_null(table: Table, column: Column) -> str:
    """NOT NULL with its name, where it has one; servers before 18 pass over the name."""
    named = (made for made in table.constraints.values() if made.kind is ConstraintKind.NOT_NULL and made.valid)
    name = next((made.name for made in named if made.columns == (column.name,)), "")
    if name:
        return f"CONSTRAINT {identifier(name)} NOT NULL"
    return "NOT NULL" if column.not_null and not column.identity and not is_serial(column) else ""


def _column(column: Column, not_null: str) -> str:
    default = default_sql(column)
    collation = identifier(column.collation) if column.collation else ""
    words = [
        identifier(column.name),
        type_sql(column.type),
        f"COLLATE {collation}" if collation else "",
        generated_sql(column),
        f"DEFAULT {_bare(default)}" if default and not column.generated else "",
        not_null,
    ]
    return " ".join(word for word in words if word)


def _bare(default: str) -> str:
    """A default that CREATE TABLE reads to its end: what holds a word like NOT or AND needs parentheses."""
    return f"({default})" if " " in default and default != "?" and not default.startswith("'") else default
