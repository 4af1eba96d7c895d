"""Columns that are dropped under a running application."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Column, Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.compatibility._names import name_before
from avion_rules.compatibility._standing import first_release, is_free, marked_here
from avion_rules.compatibility._steps import deprecate_column


@rule("CO102", subject=Migration, on=(a.DropColumn,), any_database=True)
def drop_column(migration: Migration) -> Iterator[Finding]:
    """Find a column that is dropped although released code may still use it."""
    for statement in migration.up:
        for drop in statement.of(a.DropColumn):
            table = statement.schema_before(drop).table(drop.table)
            column = table.columns.get(drop.column) if table else None
            if not _is_absent(table, column, drop) and not _may_go(statement, table, column, drop):
                yield _finding(migration, statement, drop, column)


def _finding(migration: Migration, statement: Statement, drop: a.DropColumn, column: Column | None) -> Finding:
    table = name_before(migration, statement, drop.table, drop)
    name = f"{table}.{drop.column}"
    return statement.finding(
        drop,
        f"Every running release that still reads or writes {name} fails, and what the column holds is lost.",
        first_release(statement, column, name, deprecate_column(statement, table, drop.column)),
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
