"""Down sections that delete rows which were there before Up."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration


@rule("DA114", subject=Migration, down=True, on=(a.Truncate, a.Delete))
def down_loses_data(migration: Migration) -> Iterator[Finding]:
    """Find a Down section that deletes all rows of a table which Up did not make."""
    for statement in migration.down:
        for action in statement.all_actions():
            kept = [name for name in _emptied(action) if _was_there(migration, name)]
            for name in kept[:1]:
                yield statement.finding(
                    action,
                    f"Rolling back deletes every row of {name}, those from before this migration among them.",
                    "Delete only what Up brought, by its key, or leave the rows alone.",
                    object=name,
                )


def _emptied(action: a.Action) -> tuple[a.Name, ...]:
    match action:
        case a.Truncate(tables=tables):
            return tables
        case a.Delete(table=table, whole=True):
            return (table,)
    return ()


def _was_there(migration: Migration, name: a.Name) -> bool:
    """Whether the table was there before Up; one that no migration names was, unless Up makes it."""
    before, after = migration.before.table(name), migration.after.table(name)
    known = before or after
    return before is not None and not before.temporary if known else True
