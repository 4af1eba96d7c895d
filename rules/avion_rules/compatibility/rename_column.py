"""Columns that are renamed under a running application."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.record import replace
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.compatibility._names import name_before
from avion_rules.compatibility._renames import COLUMNS, is_deprecation, noticed, renamed


@rule("CO105", subject=Migration, on=(a.Rename,), any_database=True)
def rename_column(migration: Migration) -> Iterator[Finding]:
    """Find a column that gets another name while released code still uses the old one."""
    for statement, rename in noticed(migration, COLUMNS):
        if not is_deprecation(rename) and rename.table:
            before = replace(rename, table=name_before(migration, statement, rename.table, rename))
            yield statement.finding(
                rename,
                f"Every running release that still says {renamed(before)} fails as soon as the column is called "
                f"{rename.new_name}.",
                _remedy(statement, rename, before.table),
                object=renamed(before),
            )


def _remedy(statement: Statement, rename: a.Rename, before: a.Name | None) -> str:
    table = statement.schema_before(rename).table(rename.table) if rename.table else None
    column = table.columns.get(rename.name.name) if table else None
    if before is None or table is None:
        return "Keep the column under the old name and add the new one beside it, until no release uses the old."
    steps = (
        "Of the ways to rename, add, copy and drop fits a column. Add the new one beside the old, release code that "
        "writes both, copy the old values in batches, release code that reads the new one, then deprecate the old one"
    )
    if column is None or column.type is None:
        return f"{steps}."
    return f"{steps}:\nALTER TABLE {before.sql} ADD COLUMN {a.identifier(rename.new_name)} {column.type};"
