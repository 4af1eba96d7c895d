"""Columns that are dropped under a running application."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Column, Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.compatibility._standing import first_release, is_free, marked_here
from avion_rules.compatibility._steps import deprecate_column


@rule("CO102", subject=Statement, any_database=True, on=(a.DropColumn,))
def drop_column(statement: Statement) -> Iterator[Finding]:
    """Find a column that is dropped although released code may still use it."""
    for drop in statement.of(a.DropColumn):
        table = statement.schema_before(drop).table(drop.table)
        column = table.columns.get(drop.column) if table else None
        name = f"{drop.table}.{drop.column}"
        if _is_absent(table, column, drop) or _may_go(statement, table, column, drop):
            continue
        yield statement.finding(
            drop,
            f"Every running release that still reads or writes {name} fails, and what the column holds is lost.",
            first_release(statement, column, name, deprecate_column(statement, drop.table, drop.column)),
            related=marked_here(statement, column),
            object=name,
        )


def _is_absent(table: Table | None, column: Column | None, drop: a.DropColumn) -> bool:
    """Whether DROP IF EXISTS finds nothing, as far as all columns are known."""
    return drop.if_exists and table is not None and table.origin is not None and column is None


def _may_go(statement: Statement, table: Table | None, column: Column | None, drop: a.DropColumn) -> bool:
    if table is not None and table.temporary:
        return True
    of_table = is_free(statement, table, str(drop.table))
    return of_table or is_free(statement, column, f"{drop.table}.{drop.column}")
