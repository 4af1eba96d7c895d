"""Work that takes the longer the more rows there are: rewrites, index builds, scans, changes of many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from avion_lint.sql import actions as a
from avion_lint.sql.effects import Effect
from avion_lint.timeline.model import Deed, Work

_QUERIES = (a.Insert, a.Update, a.Delete, a.Command)


def deeds_of(found: Iterable[tuple[a.Action, Effect, bool]], lane: Callable[[a.Name], int]) -> Iterator[Deed]:
    """What actions do to relations with rows; indexes are told of with their tables."""
    for action, effect, sure in found:
        if effect.part_of is None:
            for work, certain in _works(action, effect):
                builds = effect.builds if work is Work.BUILD else ()
                yield Deed(effect.relation, lane(effect.relation), work, sure and certain, builds)


def _works(action: a.Action, effect: Effect) -> Iterator[tuple[Work, bool]]:
    if isinstance(action, _QUERIES):
        yield from _of_query(action, effect)
        return
    if effect.rewrite is not False:
        yield Work.REWRITE, bool(effect.rewrite)
    if effect.builds and not effect.rewrite:
        yield Work.BUILD, True
    elif effect.scan is not False and not effect.rewrite:
        yield Work.SCAN, bool(effect.scan)


def _of_query(action: a.Action, effect: Effect) -> Iterator[tuple[Work, bool]]:
    """What the planner will do nobody knows; what changes or copies many rows takes its time all the same."""
    match action:
        case a.Update(table=table, many=True) | a.Delete(table=table, many=True) if table.name == effect.relation.name:
            yield Work.CHANGE, True
        case a.Insert(table=table, copies=copies) if copies:
            if table.name == effect.relation.name:
                yield Work.CHANGE, True
            elif any(copied.name == effect.relation.name for copied in copies):
                yield Work.SCAN, False
