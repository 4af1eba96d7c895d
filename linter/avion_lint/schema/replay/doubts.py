"""What migrations may have done unseen, and what is sure again because it was made anew."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Doubt, Origin, candidates
from avion_lint.schema.replay.draft import Draft
from avion_lint.sql import actions as a
from avion_lint.sql.extract import extract


def doubt(draft: Draft, action: a.Unseen, origin: Origin) -> None:
    """Doubt some relations, or everything."""
    if not action.relations:
        draft.doubts = (Doubt(None, origin),)
        return
    names = {draft.name(name): None for name in action.relations}
    kept = tuple(each for each in draft.doubts if each.relation not in names)
    draft.doubts = (*kept, *(Doubt(name, origin) for name in names))


def call(draft: Draft, action: a.Call, origin: Origin) -> None:
    """Doubt what the body of a known function changes: it runs, who knows with what arguments and how far."""
    from avion_lint.sql.plpgsql import routine_block  # noqa: PLC0415 - few migrations call functions

    names = {*candidates(action.function, draft.search_path)}
    known = [key for key in draft.things if key[0] is a.ObjectKind.FUNCTION and key[1] in names]
    for key in known:
        block = routine_block(draft.things[key].sql, extract)
        if block is not None:
            every = replace(block, inner=tuple(replace(inner, conditional=True) for inner in block.inner))
            for each in a.unseen(every):
                doubt(draft, each, origin)


def trust(draft: Draft, action: a.Action) -> None:
    """What is made, and not only where it is missing, is as it is said."""
    made = _made(draft, action)
    if made is None:
        return
    kept = tuple(each for each in draft.doubts if each.relation != made)
    everything = any(each.relation is None for each in kept)
    draft.doubts = (*kept, Doubt(made, None)) if everything else kept


def _made(draft: Draft, action: a.Action) -> a.Name | None:
    match action:
        case a.CreateTable(if_not_exists=False):
            return draft.new_name(action.table, temporary=action.temporary)
        case a.CreateView(if_not_exists=False, replace=False):
            return draft.new_name(action.view, temporary=action.temporary)
        case a.CreateType():
            return draft.new_name(action.type)
        case a.CreateObject(if_not_exists=False, replace=False, table=None):
            return draft.new_name(action.name)
    return None
