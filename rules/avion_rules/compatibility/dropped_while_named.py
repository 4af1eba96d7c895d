"""Deprecated tables and columns that are dropped while the application's code still names them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.schema.model import Column, Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.compatibility._standing import is_free

_TABLES = (a.ObjectKind.TABLE, a.ObjectKind.FOREIGN_TABLE)


@rule("CO121", subject=Migration, on=(a.Drop, a.DropColumn), any_database=True)
def dropped_while_named(migration: Migration) -> Iterator[Finding]:
    """Find a deprecated table or column that is dropped while released code still names it.

    The engine keeps only those that it finds in the code of the base branch or of the last releases.
    """
    for statement in migration.up:
        for drop in statement.of(a.DropColumn):
            table = statement.schema_before(drop).table(drop.table)
            column = table.columns.get(drop.column) if table else None
            if column is not None and _is_announced(statement, column, f"{drop.table}.{drop.column}"):
                yield _finding(statement, drop, column, f"{drop.table}.{drop.column}", "column")
        for gone in statement.of(a.Drop):
            table = statement.schema_before(gone).table(gone.name) if gone.kind in _TABLES else None
            if table is not None and _is_announced(statement, table, str(gone.name)):
                yield _finding(statement, gone, table, str(gone.name), "table")


def _is_announced(statement: Statement, made: Table | Column, name: str) -> bool:
    """Whether it is old enough to be in use, and called deprecated long enough before to be dropped."""
    return not statement.made_here(made.origin) and is_free(statement, made, name)


def _finding(statement: Statement, drop: a.Drop | a.DropColumn, made: Table | Column, name: str, what: str) -> Finding:
    code = "42703" if what == "column" else "42P01"
    marked = (Related(made.deprecated.place, "called deprecated here"),) if made.deprecated else ()
    return statement.finding(
        drop,
        f"{name} was called deprecated, and code that may be running still names it: each such statement fails once "
        f"the {what} is gone (SQLSTATE {code}).",
        f"First release code without {name.rpartition('.')[2]}; drop the {what} in a later release. Where a place only "
        f"mentions the name, say so: `-- avion-lint: ignore[dropped-while-named] reason`.",
        related=marked,
        object=name,
    )
