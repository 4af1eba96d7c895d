"""The order in which PostgreSQL does the clauses of one ALTER TABLE."""

from __future__ import annotations

from avion_lint.schema.model import Origin, Schema
from avion_lint.schema.replay import replay
from avion_lint.source import Document, Place, Span
from avion_lint.sql import actions as a

_NOWHERE = Origin(Place(Document("", ""), Span(0, 0)), "", 0, applied=False)
_DROPS = frozenset((a.DropColumn, a.DropConstraint, a.DropNotNull))
_EARLY = frozenset((a.AlterColumnType, a.AddColumn))
_LATER = frozenset((a.SetNotNull, a.AddConstraint))


def met(action: a.Action, schema: Schema, beside: tuple[a.Action, ...]) -> Schema:
    """The schema that a clause meets: drops come first, then types and new columns, then all the rest.

    From the passes of ATController in PostgreSQL's tablecmds.c.
    """
    if isinstance(action, a.AlterTable) and action.form == "AddIdentity":
        earlier = [each for each in beside if _before_identity(each)]
        return replay(schema, ((each, _NOWHERE) for each in earlier))
    kind = type(action)
    if kind not in _EARLY and kind not in _LATER:
        return schema
    before = _DROPS if kind in _EARLY else _DROPS | _EARLY
    earlier = [each for each in beside if type(each) in before]
    return replay(schema, ((each, _NOWHERE) for each in earlier)) if earlier else schema


def _before_identity(action: a.Action) -> bool:
    """Whether a clause comes before ADD GENERATED AS IDENTITY, wherever it stands."""
    match action:
        case a.SetDefault(default=None) | a.SetNotNull() | a.AlterTable(form="DropIdentity"):
            return True
        case _:
            return type(action) in _DROPS or type(action) in _EARLY
