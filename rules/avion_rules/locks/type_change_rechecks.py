"""Columns whose new type, harmless by itself, has all rows checked again."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.schema.model import Constraint
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Migration, Statement
from avion_rules.locks._clauses import check_sql, table_sql
from avion_rules.locks._rewrites import column, type_changes
from avion_rules.locks._two_steps import NEXT


@rule("LK119", subject=Migration, on=(a.AlterColumnType,), by_size=True)
def type_change_rechecks(migration: Migration) -> Iterator[Finding]:
    """Find a harmless change of a column's type that has a CHECK read all rows while everybody waits."""
    for statement, change, rewrites in type_changes(migration):
        checks = _checks(statement, change)
        if rewrites is not False or not checks or _is_same(statement, change):
            continue
        names = " and ".join(made.name for made in checks)
        yield statement.finding(
            change,
            f"Blocks every read and write of {change.table} while all its rows are checked for {names} again: the new "
            "type itself would take a moment.",
            _remedy(statement, change, checks),
            related=tuple(Related(made.origin.place, "made here") for made in checks if made.origin),
            object=f"{change.table}.{change.column}",
        )


def _checks(statement: Statement, change: a.AlterColumnType) -> list[Constraint]:
    """Valid CHECKs that read the column, without those that the same ALTER TABLE drops."""
    table = statement.schema_before(change).table(change.table)
    dropped = {drop.constraint for drop in statement.of(a.DropConstraint) if drop.table == change.table}
    return [
        made
        for made in (table.constraints.values() if table else ())
        if made.kind is ConstraintKind.CHECK and made.valid and made.enforced and change.column in made.columns
        if made.name not in dropped
    ]


def _is_same(statement: Statement, change: a.AlterColumnType) -> bool:
    """Whether the column has the type already, so that nothing at all is done."""
    known = column(statement, change)
    return known is not None and known.type == change.type


def _remedy(statement: Statement, change: a.AlterColumnType, checks: list[Constraint]) -> str:
    table, name = table_sql(statement, change.table), a.identifier(change.column)
    drops = "".join(f"ALTER TABLE {table} DROP CONSTRAINT {a.identifier(made.name)};\n" for made in checks)
    adds = "".join(
        f"ALTER TABLE {table} ADD CONSTRAINT {a.identifier(made.name)} {check_sql(made.check)} NOT VALID;\n"
        for made in checks
    )
    validates = "\n".join(f"ALTER TABLE {table} VALIDATE CONSTRAINT {a.identifier(made.name)};" for made in checks)
    steps = (
        "Drop the CHECK before, add it again as NOT VALID, and validate it in the next migration, while reads and "
        "writes go on"
    )
    if not all(check_sql(made.check) for made in checks):
        return f"{steps}."
    return f"{steps}:\n{drops}ALTER TABLE {table} ALTER COLUMN {name} TYPE {change.type};\n{adds}{NEXT}\n{validates}"
