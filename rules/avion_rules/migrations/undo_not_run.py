"""Flyway's undo migrations, which its open-source edition does not know."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Kind
from avion_lint.subjects import Migration


@rule("MG117", subject=Migration, any_database=True)
def undo_not_run(migration: Migration) -> Iterator[Finding]:
    """Find an undo migration, which the open-source edition of Flyway never runs."""
    if migration.kind is Kind.UNDO:
        yield migration.finding(
            None,
            "This file is never run: undo migrations belong to Flyway's paid editions, and the open-source "
            "one passes over them without a word.",
            "Undo a change with a new versioned migration; keep this SQL there, or as a text outside of the "
            "migrations. Switch this rule off where a paid edition is used.",
        )
