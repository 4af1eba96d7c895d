"""Renames that mark an object as deprecated."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Dialect, Migration, Statement
from avion_rules.compatibility._renames import COLUMNS, OBJECTS, TABLES, is_deprecation, noticed, renamed
from avion_rules.compatibility._steps import deprecate_object


@rule("CO107", subject=Migration, on=(a.Rename,), any_database=True)
def rename_to_deprecated(migration: Migration) -> Iterator[Finding]:
    """Find a rename to …_deprecated, which is safe only when no running release uses the old name."""
    for statement, rename in noticed(migration, (*TABLES, *COLUMNS, *OBJECTS)):
        if is_deprecation(rename):
            yield statement.finding(
                rename,
                f"From here on {renamed(rename)} cannot be found under that name: a running release that still uses it "
                "fails.",
                f"Apply this only when no running release uses {renamed(rename)}.{_without_rename(statement, rename)}",
                object=renamed(rename),
            )


def _without_rename(statement: Statement, rename: a.Rename) -> str:
    if statement.service.dialect is not Dialect.POSTGRESQL:
        return ""
    return f" A comment marks it as well and breaks nobody:\n{deprecate_object(rename.kind, _as_sql(rename))}"


def _as_sql(rename: a.Rename) -> str:
    return f"{rename.table.sql}.{a.identifier(rename.name.name)}" if rename.table else rename.name.sql
