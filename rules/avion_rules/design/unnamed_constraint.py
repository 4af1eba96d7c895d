"""Constraints that PostgreSQL names."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement

_ASKED = (ConstraintKind.CHECK, ConstraintKind.FOREIGN_KEY, ConstraintKind.UNIQUE, ConstraintKind.EXCLUSION)


@rule("DE115", subject=Statement, on=(a.AddConstraint,))
def unnamed_constraint(statement: Statement) -> Iterator[Finding]:
    """Point out a constraint added to a table without a name, which a later migration has to guess."""
    for action in statement.of(a.AddConstraint):
        made = action.constraint
        if made.name is None and made.kind in _ASKED:
            yield statement.finding(
                action,
                f"The server names this {made.kind} constraint of {action.table}, and takes another name where that "
                "one is "
                "taken: a later migration cannot be sure what to drop.",
                f"ADD CONSTRAINT {_name(action)} …",
                object=action.table,
            )


def _name(action: a.AddConstraint) -> str:
    endings = {ConstraintKind.CHECK: "check", ConstraintKind.FOREIGN_KEY: "fkey", ConstraintKind.UNIQUE: "key"}
    made = action.constraint
    return a.identifier("_".join((action.table.name, *made.columns, endings.get(made.kind, "excl"))))
