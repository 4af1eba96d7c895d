"""Requirements that rows of running releases may not meet."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Migration
from avion_rules.compatibility._certain import default_refused, same_in_every_row, values_lost
from avion_rules.compatibility._demands import (
    Ground,
    Key,
    constraints,
    grounds,
    is_narrower,
    keys,
    may_repeat,
    required,
)
from avion_rules.compatibility._probes import missing, refused, repeated


@rule("CO117", subject=Migration, on=(a.AddConstraint, a.AddColumn, a.CreateIndex, a.SetNotNull))
def requirement_added(migration: Migration) -> Iterator[Finding]:
    """Point out a constraint that rows of running releases may not meet: each such write fails from here on."""
    for ground in grounds(migration):
        for check in constraints(ground):
            match check.kind:
                case ConstraintKind.CHECK if not check.not_null_column:
                    yield from _checked(ground, check)
                case ConstraintKind.EXCLUSION if not _is_known_exclusion(ground, check):
                    yield _excluding(ground, check)
        for key in keys(ground):
            if may_repeat(ground, key) and not same_in_every_row(ground, key):
                yield _repeating(ground, key)
        for column in required(ground):
            demand = Demand(f"without {a.identifier(column)}", "23514" if _is_check(ground) else "23502", column)
            yield _finding(ground, demand, missing(ground, column), _spared(ground))


@record
class Demand:
    """Which rows are refused, to follow `rows of users`, with what SQLSTATE, and the name that people know it by."""

    rows: str
    state: str
    about: str


def _finding(ground: Ground, demand: Demand, probe: str, note: str = "") -> Finding:
    table = ground.action.table
    return ground.statement.finding(
        ground.action,
        f"From here on the database refuses rows of {table} {demand.rows}, also those of a release that still runs "
        f"(SQLSTATE {demand.state}).{note}",
        "First release code that writes no such row; do this in a later release, when no other code runs any more."
        + (f" What is like that today, and so may still be written:\n{probe}" if probe else ""),
        object=f"{table}.{demand.about}" if demand.about else table,
    )


def _spared(ground: Ground) -> str:
    """What NOT VALID does not do."""
    made = ground.action.constraint if isinstance(ground.action, a.AddConstraint) else None
    return " NOT VALID spares only the rows that are there already." if made and not made.valid else ""


def _repeating(ground: Ground, key: Key) -> Finding:
    listed = ", ".join(part[1:-1] if part.startswith("(") else part for part in key.parts) or "its key"
    note, name = "", listed
    if isinstance(ground.action, a.CreateIndex):
        name = ground.action.index or listed
        if ground.action.concurrently:
            note = " It does so while the index still builds, and also where that fails and leaves an invalid index."
    elif isinstance(ground.action, a.AddConstraint):
        name = ground.action.constraint.name or listed
    where = f" where {key.where.sql}" if key.where and 0 < len(key.where.sql) <= _LONGEST else ""
    return _finding(ground, Demand(f"that repeat {listed}{where}", "23505", name), repeated(ground, key), note)


def _is_check(ground: Ground) -> bool:
    return isinstance(ground.action, a.AddConstraint) and ground.action.constraint.kind is ConstraintKind.CHECK


_LONGEST = 80  # letters of a condition in a message


def _checked(ground: Ground, check: a.ConstraintDefinition) -> Iterator[Finding]:
    if not is_narrower(ground, check) or values_lost(ground, check)[1] or default_refused(ground, check)[1]:
        return
    sql = check.check.sql if check.check else ""
    condition = f"CHECK ({sql})" if 0 < len(sql) <= _LONGEST else f"the CHECK {check.name or ''}".rstrip()
    about = check.name or ", ".join(dict.fromkeys(check.columns))
    yield _finding(ground, Demand(f"that break {condition}", "23514", about), refused(ground, sql), _spared(ground))


def _is_known_exclusion(ground: Ground, made: a.ConstraintDefinition) -> bool:
    tables = [table for table in (ground.table, ground.earlier) if table]
    same = any(each.elements == made.elements for table in tables for each in table.constraints.values())
    return (bool(made.elements) and same) or (bool(made.columns) and all(map(ground.is_new, made.columns)))


def _excluding(ground: Ground, made: a.ConstraintDefinition) -> Finding:
    about = made.name or ", ".join(made.columns)
    return _finding(ground, Demand(f"that conflict with another one by {about}", "23P01", about), "")
