"""Tables that are renamed under a running application."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration
from avion_rules.compatibility._renames import TABLES, is_deprecation, noticed
from avion_rules.compatibility._steps import stand_in


@rule("CO104", subject=Migration, on=(a.Rename,), any_database=True)
def rename_table(migration: Migration) -> Iterator[Finding]:
    """Find a table that gets another name while released code still uses the old one."""
    for statement, rename in noticed(migration, TABLES):
        if is_deprecation(rename):
            continue
        old, new = rename.name, a.Name(rename.name.schema, rename.new_name)
        yield statement.finding(
            rename,
            f"Every running release that still says {old} fails as soon as the table is called {new}.",
            "Of the ways to rename, a compatibility view fits a table: reads and writes go through it. Leave it under "
            "the old name until no release uses that, in the same transaction and with the same grants:\n"
            f"{stand_in(old, new)}",
            object=old,
        )
