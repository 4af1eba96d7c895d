"""Constraints that a statement gives to tables."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

Giving = a.CreateTable | a.AddColumn | a.AddConstraint


def given(statement: Statement) -> Iterator[tuple[Giving, a.ConstraintDefinition]]:
    """Constraints of tables that stay, those of columns among them, each with the action that gives it."""
    for action in statement.all_actions():
        match action:
            case a.CreateTable(temporary=False, columns=columns, constraints=constraints):
                made = [*(each for column in columns for each in column.constraints), *constraints]
                yield from ((action, each) for each in made)
            case a.AddColumn(column=column):
                yield from ((action, each) for each in column.constraints)
            case a.AddConstraint(constraint=constraint):
                yield action, constraint
