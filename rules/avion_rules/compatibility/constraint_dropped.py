"""Checks and foreign keys that are dropped."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Constraint, Table
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Migration, Statement
from avion_rules.compatibility._standing import is_free

_KINDS = (ConstraintKind.CHECK, ConstraintKind.FOREIGN_KEY, ConstraintKind.EXCLUSION)


@rule("CO113", subject=Migration, on=(a.DropConstraint,))
def constraint_dropped(migration: Migration) -> Iterator[Finding]:
    """Point out a check, foreign key or exclusion constraint that is dropped and not replaced."""
    for statement in migration.up:
        for drop in statement.of(a.DropConstraint):
            table = statement.schema_before(drop).table(drop.table)
            made = table.constraints.get(drop.constraint) if table else None
            if table is None or made is None or made.kind not in _KINDS or statement.is_new(drop.table, drop):
                continue
            if is_free(statement, made, f"{drop.table}.{made.name}"):
                continue
            after = migration.after.tables.get(table.name)
            if after and not _is_replaced(after, made):
                yield _finding(statement, drop, made)


def _is_replaced(after: Table, made: Constraint) -> bool:
    """Whether its columns are gone, or something of the kind is about them; NOT NULL stands for its check."""
    columns = set(made.columns)
    if not columns <= set(after.columns):
        return True
    if made.not_null_column and after.columns[made.not_null_column].not_null:
        return True
    same = (each for each in after.constraints.values() if each.kind is made.kind)
    return any(set(each.columns) & columns or each.name == made.name for each in same)


def _finding(statement: Statement, drop: a.DropConstraint, made: Constraint) -> Finding:
    what = f" to {made.references}" if made.references else ""
    return statement.finding(
        drop,
        f"From here on {drop.table} takes rows that break the {made.kind} constraint {made.name}{what}; to bring it "
        "back, "
        "they must be found and mended first.",
        "Drop it only if rows without it are wanted, and every running release can read them.",
        object=f"{drop.table}.{made.name}",
    )
