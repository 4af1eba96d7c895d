"""Which statements do the same inside a transaction of their own as outside of any."""

from __future__ import annotations

from avion_lint.schema.model import Schema
from avion_lint.sql import actions as a
from avion_lint.sql.effects import legal_in_transaction
from avion_lint.sql.statements import read

# What has no word in it that only holds in transactions (LOCK TABLE, SET LOCAL), and runs no code that could end one.
_ALIKE = (
    a.CreateTable, a.AddColumn, a.DropColumn, a.AlterColumnType, a.SetNotNull, a.DropNotNull, a.SetDefault,
    a.AddConstraint, a.DropConstraint, a.ValidateConstraint, a.AttachPartition, a.DetachPartition, a.AlterTable,
    a.Truncate, a.CreateIndex, a.Drop, a.Rename, a.SetSchema, a.CommentOn, a.CreateView, a.RefreshView, a.CreateTrigger,
    a.CreateObject, a.CreateType, a.AlterDomain, a.AlterSequence, a.Insert, a.Update, a.Delete,
)  # fmt: skip
_NEWEST = 18  # versions differ in what they refuse in a transaction for what is not among those


def may_be_enclosed(text: str) -> bool:
    """Whether BEGIN before and COMMIT behind what is sent would be no difference to it."""
    found = read(text, sends_rows=False)
    actions = [action for statement in found.statements for action in statement.actions]
    if found.problems or not all(statement.actions for statement in found.statements):
        return False
    return bool(actions) and all(
        isinstance(action, _ALIKE) and legal_in_transaction(action, Schema(), _NEWEST) for action in actions
    )
