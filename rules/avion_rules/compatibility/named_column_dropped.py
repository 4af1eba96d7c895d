"""Deprecated columns that are dropped while the application's code still names them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration
from avion_rules.compatibility._named import is_announced, named_finding


@rule("CO121", subject=Migration, on=(a.DropColumn,), any_database=True)
def named_column_dropped(migration: Migration) -> Iterator[Finding]:
    """Find a deprecated column that is dropped while released code still names it.

    The engine keeps only those that it finds in the code of the base branch or of the last releases.
    """
    for statement in migration.up:
        for drop in statement.of(a.DropColumn):
            table = statement.schema_before(drop).table(drop.table)
            column = table.columns.get(drop.column) if table else None
            name = f"{drop.table}.{drop.column}"
            if column is not None and is_announced(statement, column, name):
                yield named_finding(statement, drop, column, name, "named-column-dropped")
