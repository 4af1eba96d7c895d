"""What a table hands on to its partitions and to the tables that inherit from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from avion_lint.record import replace
from avion_lint.schema.model import Origin
from avion_lint.schema.replay.constraints import INDEXED
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.partitions import to_partitions
from avion_lint.sql import actions as a

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_Column = a.AddColumn | a.DropColumn | a.AlterColumnType | a.SetNotNull | a.DropNotNull | a.SetDefault
_Constraint = a.DropConstraint | a.ValidateConstraint


def _same(draft: Draft, action: _Column | _Constraint, _origin: Origin) -> Iterable[a.Action]:
    if action.only:
        return ()
    return [replace(action, table=child) for child in draft.heirs(draft.name(action.table))]


def _renamed(draft: Draft, action: a.Rename, _origin: Origin) -> Iterable[a.Action]:
    if action.kind is not a.ObjectKind.COLUMN or action.table is None:
        return ()
    return [replace(action, table=child) for child in draft.heirs(draft.name(action.table))]


def _indexed(draft: Draft, action: a.CreateIndex, origin: Origin) -> Iterable[a.Action]:
    if not action.only:
        to_partitions(draft, draft.name(action.table), origin)
    return ()


def _constrained(draft: Draft, action: a.AddConstraint, origin: Origin) -> Iterable[a.Action]:
    """The same for a child, where a constraint has the name that it has above."""
    table = draft.name(action.table)
    if action.only:
        return ()
    if action.constraint.kind in INDEXED:
        to_partitions(draft, table, origin)
        return ()
    name = action.constraint.name or next(reversed(tuple(draft.table(table).constraints)), None)
    constraint = replace(action.constraint, name=name)
    return [replace(action, table=child, constraint=constraint) for child in draft.heirs(table)]


# What follows for others from an action on a table, by type of action.
HANDED_ON: dict[type[object], Callable[[Draft, Any, Origin], Iterable[a.Action]]] = {
    a.CreateIndex: _indexed,
    a.AddConstraint: _constrained,
    a.Rename: _renamed,
    **dict.fromkeys((a.AddColumn, a.DropColumn, a.AlterColumnType, a.SetNotNull, a.DropNotNull, a.SetDefault), _same),
    **dict.fromkeys((a.DropConstraint, a.ValidateConstraint), _same),
}
