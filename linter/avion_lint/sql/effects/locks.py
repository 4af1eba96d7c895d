"""Lock modes of tables, and what a statement does to a relation while it holds one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from avion_lint.enumeration import StrEnum
from avion_lint.record import record
from avion_lint.sql.actions import Name


class Lock(StrEnum):
    """Table-level lock modes, weakest first, in the manual's words."""

    __hash__ = str.__hash__  # enumerations have a slow one

    ACCESS_SHARE = "ACCESS SHARE"
    ROW_SHARE = "ROW SHARE"
    ROW_EXCLUSIVE = "ROW EXCLUSIVE"
    SHARE_UPDATE_EXCLUSIVE = "SHARE UPDATE EXCLUSIVE"
    SHARE = "SHARE"
    SHARE_ROW_EXCLUSIVE = "SHARE ROW EXCLUSIVE"
    EXCLUSIVE = "EXCLUSIVE"
    ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE"

    @property
    def blocks(self) -> str:
        """Whom it keeps waiting, in plain words; "" where the application notices nothing."""
        if self is Lock.ACCESS_EXCLUSIVE:
            return "every read and write"
        if self in _BLOCK_WRITES:
            return "every write"
        return ""

    @property
    def strength(self) -> int:
        """Place in the order from weakest to strongest."""
        return _ORDER[self]


_BLOCK_WRITES = {Lock.SHARE, Lock.SHARE_ROW_EXCLUSIVE, Lock.EXCLUSIVE}
_ORDER = {lock: place for place, lock in enumerate(Lock)}


@record
class Effect:
    """A lock on a relation, and what is done to its data under it.

    `rewrite` tells that its data are written anew, `scan` that all of its rows are read; None: it cannot be told from
    what the migrations say, so a rule keeps silent or says "may". `part_of` is the table of an index or of a sequence
    that belongs to one. `builds` are the indexes of the table that are built meanwhile, new ones too.
    """

    relation: Name
    lock: Lock
    rewrite: bool | None = False
    scan: bool | None = False
    part_of: Name | None = None
    builds: tuple[Name, ...] = ()

    @property
    def blocks(self) -> str:
        """Whom the lock keeps waiting, in plain words."""
        return self.lock.blocks


def either(*told: bool | None) -> bool | None:
    """True if one is true, else None if one cannot be told."""
    if True in told:
        return True
    return None if None in told else False


def merged(effects: Iterable[Effect], resolve: Callable[[Name], Name]) -> tuple[Effect, ...]:
    """One effect a relation: the strongest lock, and all that is done to it."""
    effects = tuple(effects)
    if len(effects) < 2:  # noqa: PLR2004 - one has nothing to be put together with
        return effects
    found: dict[Name, Effect] = {}
    for effect in effects:
        key = resolve(effect.relation)
        found[key] = _both(found[key], effect) if key in found else effect
    return tuple(found.values())


def _both(one: Effect, other: Effect) -> Effect:
    return Effect(
        one.relation,
        max(one.lock, other.lock, key=lambda lock: lock.strength),
        either(one.rewrite, other.rewrite),
        either(one.scan, other.scan),
        one.part_of or other.part_of,
        tuple(dict.fromkeys((*one.builds, *other.builds))),
    )
