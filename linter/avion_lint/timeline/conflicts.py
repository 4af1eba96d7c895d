"""Which lock modes conflict, and what that keeps waiting, in plain words (the manual's "Table-Level Locks")."""

from __future__ import annotations

from avion_lint.enumeration import StrEnum
from avion_lint.sql.effects import Lock


class Activity(StrEnum):
    """What others do with a table, each known by the lock that it needs."""

    READS = "reads"
    ROW_LOCKS = "row locks (SELECT … FOR UPDATE)"
    WRITES = "writes"
    VACUUM = "VACUUM"
    INDEX_BUILDS = "index builds"
    SCHEMA_CHANGES = "schema changes"


_NEEDS = {
    Activity.READS: Lock.ACCESS_SHARE,
    Activity.ROW_LOCKS: Lock.ROW_SHARE,
    Activity.WRITES: Lock.ROW_EXCLUSIVE,
    Activity.VACUUM: Lock.SHARE_UPDATE_EXCLUSIVE,
    Activity.INDEX_BUILDS: Lock.SHARE,
    Activity.SCHEMA_CHANGES: Lock.ACCESS_EXCLUSIVE,
}

# For each mode the first of the stronger ones, in the order of Lock, that it cannot stand.
_FIRST_CONFLICT = {
    Lock.ACCESS_SHARE: Lock.ACCESS_EXCLUSIVE,
    Lock.ROW_SHARE: Lock.EXCLUSIVE,
    Lock.ROW_EXCLUSIVE: Lock.SHARE,
    Lock.SHARE_UPDATE_EXCLUSIVE: Lock.SHARE_UPDATE_EXCLUSIVE,
    Lock.SHARE: Lock.SHARE_ROW_EXCLUSIVE,
    Lock.SHARE_ROW_EXCLUSIVE: Lock.SHARE_ROW_EXCLUSIVE,
    Lock.EXCLUSIVE: Lock.EXCLUSIVE,
    Lock.ACCESS_EXCLUSIVE: Lock.ACCESS_EXCLUSIVE,
}


def conflict(one: Lock, other: Lock) -> bool:
    """Whether two transactions cannot hold these modes on one table at once."""
    weak, strong = sorted((one, other), key=lambda lock: lock.strength)
    return strong.strength >= _FIRST_CONFLICT[weak].strength


def kept_waiting(lock: Lock) -> tuple[Activity, ...]:
    """What others cannot do with a table while somebody holds this lock on it."""
    return tuple(activity for activity, needed in _NEEDS.items() if conflict(lock, needed))


def waiting_words(lock: Lock) -> str:
    """The same as a phrase after "blocks"."""
    return _WORDS[lock]


_WORDS = {
    Lock.ACCESS_SHARE: "only what needs the table for itself: DROP, most of ALTER TABLE",
    Lock.ROW_SHARE: "only what needs the table for itself: DROP, most of ALTER TABLE",
    Lock.ROW_EXCLUSIVE: "plain index builds and most schema changes; reads and writes go on",
    Lock.SHARE_UPDATE_EXCLUSIVE: "VACUUM, index builds and schema changes; reads and writes go on",
    Lock.SHARE: "every write, VACUUM and most schema changes; reads go on",
    Lock.SHARE_ROW_EXCLUSIVE: "every write, VACUUM, index builds and schema changes; reads go on",
    Lock.EXCLUSIVE: "every write, row locks (SELECT … FOR UPDATE), VACUUM and schema changes; plain reads go on",
    Lock.ACCESS_EXCLUSIVE: "every read and write, and everything else",
}
