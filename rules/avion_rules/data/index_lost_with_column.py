"""Indexes and constraints over several columns that go with one of them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.schema.model import Origin, Table
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Migration, Statement

_KINDS = (ConstraintKind.CHECK, ConstraintKind.FOREIGN_KEY, ConstraintKind.EXCLUSION)


@rule("DA113", subject=Migration, on=(a.DropColumn,))
def index_lost_with_column(migration: Migration) -> Iterator[Finding]:
    """Find a column whose drop takes an index or constraint away that is about other columns as well."""
    for statement in migration.up:
        for drop in statement.of(a.DropColumn):
            table = statement.schema_before(drop).table(drop.table)
            if table is None or statement.is_new(drop.table, drop):
                continue
            after = migration.after.tables.get(table.name)
            lost = [each for each in _lost(statement, drop, table) if after and not each.is_replaced(migration, after)]
            if lost:
                yield _finding(statement, drop, lost)


@record
class _Lost:
    """Words for what is lost, its other columns, and where it was made."""

    words: str
    rest: tuple[str, ...]
    origin: Origin | None

    def is_replaced(self, migration: Migration, after: Table) -> bool:
        """Whether the other columns are gone as well, or have an index that begins with them."""
        if not set(self.rest) <= set(after.columns):
            return True
        return any(index.columns[: len(self.rest)] == self.rest for index in migration.after.indexes_of(after.name))


def _lost(statement: Statement, drop: a.DropColumn, table: Table) -> Iterator[_Lost]:
    for index in statement.schema_before(drop).indexes_of(table.name):
        rest = tuple(column for column in index.columns if column and column != drop.column)
        if drop.column in (*index.columns, *index.uses) and rest:
            words = f"the {'unique ' if index.unique else ''}index {index.name.name} ({_columns(index.columns)})"
            yield _Lost(words, rest, index.origin)
    for made in table.constraints.values():
        rest = tuple(column for column in made.columns if column != drop.column)
        if made.kind in _KINDS and drop.column in made.columns and rest:
            yield _Lost(f"the {made.kind} constraint {made.name} ({_columns(made.columns)})", rest, made.origin)


def _columns(columns: tuple[str | None, ...]) -> str:
    return ", ".join(column or "…" for column in columns)


def _finding(statement: Statement, drop: a.DropColumn, lost: list[_Lost]) -> Finding:
    words = [each.words for each in lost]
    told = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return statement.finding(
        drop,
        f"Takes {told} away as well, without a word: what they did for the other columns is lost.",
        "Make what is still needed without the column first, in an earlier migration; or drop it by name, so that "
        "it can be "
        "seen.",
        related=tuple(Related(each.origin.place, "made here") for each in lost if each.origin),
        object=f"{drop.table}.{drop.column}",
    )
