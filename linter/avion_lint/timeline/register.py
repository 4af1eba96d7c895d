"""The locks of one transaction while it goes on: who is who through renames and drops, and what is given back."""

from __future__ import annotations

from avion_lint.record import record, replace
from avion_lint.schema.model import Schema
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Effect, Lock
from avion_lint.sql.effects.scope import Scope
from avion_lint.timeline.model import Held, Lane

_OPEN = 0  # stands for an end that has not come yet; statements count from 1
_RELATIONS = {
    a.ObjectKind.TABLE,
    a.ObjectKind.FOREIGN_TABLE,
    a.ObjectKind.INDEX,
    a.ObjectKind.VIEW,
    a.ObjectKind.MATERIALIZED_VIEW,
    a.ObjectKind.SEQUENCE,
}


@record
class _Savepoint:
    name: str
    number: int


class Register:
    """Locks in the order in which they are taken; `start` is the schema before the transaction.

    Lanes are counted on from `offset`.
    """

    def __init__(self, start: Schema, offset: int) -> None:
        self._start = start
        self._offset = offset
        self._lanes: list[Lane] = []
        self._known: dict[a.Name, int] = {}
        self._savepoints: list[_Savepoint] = []

    def take(self, effect: Effect, number: int, schema: Schema, *, sure: bool) -> None:
        """Enter a lock that a statement takes, unless the relation is held as strongly already."""
        at = self._known.get(effect.relation)
        if at is None:
            at = self._known[effect.relation] = len(self._lanes)
            fresh = _is_made(schema, effect.relation) and not _is_made(self._start, effect.relation)
            self._lanes.append(Lane(effect.relation, (), part_of=effect.part_of, fresh=fresh))
        lane = self._lanes[at]
        if not any(_covers(held, effect.lock, sure=sure) for held in lane.held):
            self._lanes[at] = replace(lane, held=(*lane.held, Held(effect.lock, number, _OPEN, sure)))

    def lane(self, name: a.Name) -> int:
        """Which lane a relation has."""
        return self._offset + self._known[name]

    def follow(self, action: a.Action, scope: Scope) -> None:
        """Keep knowing a relation that gets another name, and forget one that is dropped."""
        match action:
            case a.Rename(kind=kind, name=name, new_name=new) if kind in _RELATIONS:
                old = scope.resolve(name)
                self._rename(old, a.Name(old.schema, new))
            case a.SetSchema(kind=kind, name=name, schema=schema) if kind in _RELATIONS:
                old = scope.resolve(name)
                for part in [known for known, at in self._known.items() if self._lanes[at].part_of == old]:
                    self._rename(part, a.Name(schema, part.name))
                self._rename(old, a.Name(schema, old.name))
            case a.Drop(kind=kind, name=name) if kind in _RELATIONS:
                gone = scope.resolve(name)
                self._known = {
                    known: at for known, at in self._known.items() if known != gone and self._lanes[at].part_of != gone
                }

    def _rename(self, old: a.Name, new: a.Name) -> None:
        at = self._known.pop(old, None)
        if at is not None:
            self._known[new] = at
            lane = self._lanes[at]
            self._lanes[at] = replace(lane, names=(*lane.names, new))

    def control(self, action: a.TransactionControl, text: str, number: int) -> None:
        """SAVEPOINT, RELEASE and ROLLBACK TO; the last gives back what was locked since."""
        name = text.rstrip("; \n\r\t").rpartition(" ")[2].lower()
        match action.word:
            case a.TransactionWord.SAVEPOINT:
                self._savepoints.append(_Savepoint(name, number))
            case a.TransactionWord.ROLLBACK_TO:
                while self._savepoints and self._savepoints[-1].name != name:
                    self._savepoints.pop()
                since = self._savepoints[-1].number if self._savepoints else number
                self._lanes = [_given_back(lane, since, number) for lane in self._lanes]

    def lanes(self, *, until: int) -> tuple[Lane, ...]:
        """All lanes, what is still held given free behind the statement `until`."""
        return tuple(_ended(lane, until) for lane in self._lanes)


def _covers(held: Held, lock: Lock, *, sure: bool) -> bool:
    """Whether a lock adds nothing to one that is held."""
    return held.last == _OPEN and held.lock.strength >= lock.strength and (held.sure or not sure)


def _given_back(lane: Lane, since: int, number: int) -> Lane:
    return replace(
        lane,
        held=tuple(
            replace(held, last=number - 1) if held.last == _OPEN and held.first > since else held for held in lane.held
        ),
    )


def _ended(lane: Lane, until: int) -> Lane:
    return replace(lane, held=tuple(replace(held, last=until) if held.last == _OPEN else held for held in lane.held))


def _is_made(schema: Schema, name: a.Name) -> bool:
    """Whether a migration made the relation; one that migrations only name is older than they are."""
    kinds = (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW, a.ObjectKind.SEQUENCE)
    made = (schema.table(name), schema.index(name), *(schema.thing(kind, name) for kind in kinds))
    return any(each is not None and each.origin is not None for each in made)
