"""What migrations may have done unseen, and what is sure again because it was made anew."""

from __future__ import annotations

from avion_lint.schema.model import Doubt, Origin
from avion_lint.schema.replay.draft import Draft
from avion_lint.sql import actions as a


def doubt(draft: Draft, action: a.Unseen, origin: Origin) -> None:
    """Doubt some relations, or everything."""
    if not action.relations:
        draft.doubts = (Doubt(None, origin),)
        return
    names = {draft.name(name): None for name in action.relations}
    kept = tuple(each for each in draft.doubts if each.relation not in names)
    draft.doubts = (*kept, *(Doubt(name, origin) for name in names))


def trust(draft: Draft, action: a.Action) -> None:
    """A table that is made, and not only where it is missing, is as it is said."""
    if not isinstance(action, a.CreateTable) or action.if_not_exists:
        return
    name = draft.new_name(action.table, temporary=action.temporary)
    kept = tuple(each for each in draft.doubts if each.relation != name)
    everything = any(each.relation is None for each in kept)
    draft.doubts = (*kept, Doubt(name, None)) if everything else kept
