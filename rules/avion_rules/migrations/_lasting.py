"""Statements that may take long: those that read or change rows, however many there are."""

from __future__ import annotations

from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


def lasts(statement: Statement) -> bool:
    """Whether a statement may read or change many rows of a table in use, or calls what may do so."""
    return any(_lasts(statement, action) for action in statement.all_actions())


def _lasts(statement: Statement, action: a.Action) -> bool:
    match action:
        case a.DoBlock(dynamic=dynamic, inner=inner):
            return dynamic or any(each.loop and isinstance(each.action, _CHANGES) for each in inner)
        case a.Command(words=words):
            return words in ("SELECT", "CALL")
        case a.Insert(copies=copies) | a.CreateTable(copies=copies):
            return any(statement.in_use(read, action) for read in copies)
        case a.AddConstraint(table=table, constraint=made):
            return made.valid and made.using_index is None and statement.in_use(table, action)
        case a.Update(table=table, many=many) | a.Delete(table=table, many=many):
            return many and statement.in_use(table, action)
    target: a.Name | None = getattr(action, "table", None)
    return isinstance(action, _READING) and (target is None or statement.in_use(target, action))


_CHANGES = (a.Insert, a.Update, a.Delete)
_READING = (
    a.AlterColumnType,
    a.AttachPartition,
    a.Cluster,
    a.CreateIndex,
    a.RefreshView,
    a.Reindex,
    a.SetNotNull,
    a.Vacuum,
    a.ValidateConstraint,
)
