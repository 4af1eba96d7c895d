"""Primary keys whose index is built while everybody waits."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement
from avion_rules.locks._keys import columns_first, index_first, keys_built
from avion_rules.locks._not_null import nullable_columns, without_scan


@rule("LK120", subject=Statement, on=(ConstraintKind.PRIMARY_KEY,), by_size=True)
def primary_key_builds_index(statement: Statement) -> Iterator[Finding]:
    """Find a primary key whose index is built while every read and write of the table waits."""
    for action, key in keys_built(statement, ConstraintKind.PRIMARY_KEY):
        nullable = nullable_columns(statement, action) if isinstance(action, a.AddConstraint) else ()
        first = without_scan(statement, key.table, nullable)
        yield statement.finding(
            action,
            f"Blocks every read and write of {key.table} while {_checked(nullable)}the index of {key.name} builds.",
            columns_first(statement, key) + (f"{first}\n-- " if first else "") + index_first(statement, key),
            object=key.table,
        )


def _checked(nullable: tuple[str, ...]) -> str:
    return f"{' and '.join(nullable)} {'is' if len(nullable) == 1 else 'are'} checked for NULL and " if nullable else ""
