"""Deprecated tables that are dropped while the application's code still names them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration
from avion_rules.compatibility._named import is_announced, named_finding

_TABLES = (a.ObjectKind.TABLE, a.ObjectKind.FOREIGN_TABLE)


@rule("CO122", subject=Migration, on=(a.Drop,), any_database=True)
def named_table_dropped(migration: Migration) -> Iterator[Finding]:
    """Find a deprecated table that is dropped while released code still names it.

    The engine keeps only those that it finds in the code of the base branch or of the last releases.
    """
    for statement in migration.up:
        for drop in statement.of(a.Drop):
            table = statement.schema_before(drop).table(drop.name) if drop.kind in _TABLES else None
            if table is not None and is_announced(statement, table, str(drop.name)):
                yield named_finding(statement, drop, table, str(drop.name), "named-table-dropped")
