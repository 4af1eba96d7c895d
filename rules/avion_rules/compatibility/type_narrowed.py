"""Columns whose new type takes less than the old one."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Column, Table
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement
from avion_rules.compatibility._conditions import conditions, implied, longest
from avion_rules.compatibility._narrowing import Loss, loss
from avion_rules.compatibility._probes import probe


@rule("CO118", subject=Statement, on=(a.AlterColumnType,))
def type_narrowed(statement: Statement) -> Iterator[Finding]:
    """Find a column whose new type refuses or cuts values that running releases may write."""
    for change in statement.of(a.AlterColumnType):
        table = statement.schema_before(change).table(change.table)
        column = table.columns.get(change.column) if table else None
        if table is None or column is None or column.type is None or statement.is_new(change.table, change):
            continue
        lost = loss(column.type, change.type)
        if lost and not (column.origin and statement.made_here(column.origin)) and not _limited(table, column, change):
            yield _finding(statement, change, column.type, lost)


def _limited(table: Table, column: Column, change: a.AlterColumnType) -> bool:
    """Whether a CHECK of an earlier migration limits the length already."""
    if change.type.name != "character varying" or not change.type.modifiers:
        return False
    checks = [made for made in table.constraints.values() if made.kind is ConstraintKind.CHECK and made.enforced]
    known = [each for made in checks for each in conditions(made.check.sql if made.check else "") or ()]
    return implied((longest(a.identifier(column.name), change.type.modifiers[0]),), known)


def _finding(statement: Statement, change: a.AlterColumnType, old: a.Type, lost: Loss) -> Finding:
    name, column = f"{change.table}.{change.column}", a.identifier(change.column)
    if lost.state:
        message = (
            f"{name} is {old} until now. From here on the database refuses {lost.what} in it, also from a release that "
            f"still runs (SQLSTATE {lost.state}).{lost.note}"
        )
    else:
        message = (
            f"{name} is {old} until now. From here on {lost.what} without an error, also in what a release that still "
            "runs writes."
        )
    rows = lost.rows.format(column=column)
    seen = f" What is like that today, and so may still be written:\n{probe(change.table, rows)}" if rows else ""
    return statement.finding(
        change,
        message,
        "First release code that writes nothing of the kind; do this in a later release, when no other code runs any "
        f"more.{seen}",
        object=name,
    )
