"""Columns that are renamed under a running application."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.compatibility._renames import COLUMNS, is_deprecation, noticed, renamed


@rule("CO105", subject=Migration, any_database=True)
def rename_column(migration: Migration) -> Iterator[Finding]:
    """Find a column that gets another name while released code still uses the old one."""
    for statement, rename in noticed(migration, COLUMNS):
        if not is_deprecation(rename):
            yield statement.finding(
                rename,
                f"Every running release that still says {renamed(rename)} fails as soon as the column is called "
                f"{rename.new_name}.",
                _remedy(statement, rename),
                object=renamed(rename),
            )


def _remedy(statement: Statement, rename: a.Rename) -> str:
    table = statement.schema_before(rename).table(rename.table) if rename.table else None
    if table is None or rename.table is None:
        return "Keep the column under the old name and add the new one beside it, until no release uses the old."
    column = table.columns.get(rename.name.name)
    kind = column.type if column and column.type else "…"
    return (
        "Add the new column beside the old one, release code that writes both, copy the old values in batches, "
        "release code that reads the new one, then deprecate the old one:\n"
        f"ALTER TABLE {rename.table.sql} ADD COLUMN {a.identifier(rename.new_name)} {kind};"
    )
