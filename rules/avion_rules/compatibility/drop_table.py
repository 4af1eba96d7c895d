"""Tables that are dropped under a running application."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.compatibility._names import is_complete, is_swapped, kind_of, name_before, settled
from avion_rules.compatibility._standing import first_release, is_free, marked_here
from avion_rules.compatibility._steps import deprecate_table

_TABLES = (a.ObjectKind.TABLE, a.ObjectKind.FOREIGN_TABLE)


@rule("CO101", subject=Migration, on=(a.Drop,), any_database=True)
def drop_table(migration: Migration) -> Iterator[Finding]:
    """Find a table that is dropped although released code may still use it."""
    for statement in migration.up:
        for drop in statement.of(a.Drop):
            if drop.kind in _TABLES and not _may_go(migration, statement, drop):
                table = statement.schema_before(drop).table(drop.name)
                name = name_before(migration, statement, drop.name, drop)
                yield statement.finding(
                    drop,
                    f"Every running release that still uses {name} fails, and its rows are lost.",
                    first_release(statement, table, str(name), deprecate_table(statement, name)),
                    related=marked_here(statement, table),
                    object=name,
                )


def _may_go(migration: Migration, statement: Statement, drop: a.Drop) -> bool:
    schema = statement.schema_before(drop)
    table = schema.table(drop.name)
    if is_free(statement, table, str(drop.name)):
        return True
    if table is None:
        return drop.if_exists and (is_complete(schema) or _is_made_after(migration, statement, drop))
    if table.temporary or table.partition_of is not None:
        return True
    return is_swapped(migration, schema, table, settled(migration, statement))


def _is_made_after(migration: Migration, statement: Statement, drop: a.Drop) -> bool:
    """Whether DROP IF EXISTS only clears the way for a table that no migration has made so far."""
    return kind_of(migration.after, drop.kind, drop.name) is drop.kind and statement.made_here(
        made.origin if (made := migration.after.table(drop.name)) else None
    )
