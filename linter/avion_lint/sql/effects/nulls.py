"""Whether a column may hold NULL, so that its rows must be read before it is NOT NULL."""

from __future__ import annotations

from avion_lint.schema.model import Constraint, Table
from avion_lint.sql import actions as a


def may_be_null(table: Table | None, column: str) -> bool | None:
    """Whether a column's rows must be read to know that none is NULL; None where the column is not known."""
    if table is None:
        return None
    if any(_shows(made, column) for made in table.constraints.values()):
        return False
    known = table.columns.get(column)
    if known is None or (known.origin is None and not known.not_null):
        return None
    return not known.not_null


def _shows(made: Constraint, column: str) -> bool:
    """Whether a constraint tells that a column holds no NULL."""
    shown = a.Term(column, "is not null", "") in made.terms
    return made.kind is a.ConstraintKind.CHECK and made.valid and made.enforced and shown
