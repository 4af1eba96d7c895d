"""Triggers that are dropped and not made again."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration


@rule("CO116", subject=Migration, on=(a.Drop,))
def trigger_dropped(migration: Migration) -> Iterator[Finding]:
    """Point out a trigger that is dropped although running releases may rely on what it does."""
    for statement in migration.up:
        for drop in statement.of(a.Drop):
            if drop.kind is not a.ObjectKind.TRIGGER or drop.table is None or statement.is_new(drop.table, drop):
                continue
            made = statement.schema_before(drop).thing(drop.kind, drop.name, drop.table)
            if made is None or statement.made_here(made.origin):
                continue
            gone = migration.after.table(drop.table) is None
            if not gone and migration.after.thing(drop.kind, drop.name, drop.table) is None:
                yield statement.finding(
                    drop,
                    f"What {drop.name} does for each change of {drop.table} is not done from here on, and running "
                    "releases may rely on it.",
                    "First release code that does it itself, or needs it no longer.",
                    object=f"{drop.table}.{drop.name}",
                )
