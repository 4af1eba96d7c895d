"""Neighbouring ALTER TABLEs of one table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement

_MERGED = (a.AddColumn, a.DropColumn, a.SetDefault, a.DropNotNull, a.AlterColumnType, a.AddConstraint)


@rule("DE120", subject=Migration, on=_MERGED)
def separate_alter_tables(migration: Migration) -> Iterator[Finding]:
    """Point out an ALTER TABLE that could be a clause of the one before it."""
    for earlier, later in pairwise(migration.up):
        table = _table(later)
        if table is None or table != _table(earlier) or not later.in_transaction or later.is_new(table):
            continue
        yield later.finding(
            later.actions[0],
            f"{table} is altered twice in a row; one ALTER TABLE with both clauses looks at its rows, and writes them "
            "anew, once at most.",
            "Make it a further clause of the ALTER TABLE before, after a comma.",
            related=(Related(earlier.place, "the ALTER TABLE before"),),
            object=table,
        )


def _table(statement: Statement) -> a.Name | None:
    """The table of an ALTER TABLE whose clauses can stand with others."""
    if not statement.actions or not all(isinstance(action, _MERGED) for action in statement.actions):
        return None
    first = statement.actions[0]
    return first.table if isinstance(first, _MERGED) else None
