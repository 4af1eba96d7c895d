"""SQL statements as trees for JSON Schema: what they do, what that does to tables, and the session they run in."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.checks.keywords import seconds
from avion_lint.delivery.by_hand import HandStatement
from avion_lint.enumeration import Enum
from avion_lint.schema.model import Schema
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Effect, Lock, effects
from avion_lint.subjects import Statement
from avion_lint.yaml.nodes import UNKNOWN_VALUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def statement_tree(statement: Statement) -> dict[str, Any]:
    """What a check sees of a statement of a migration.

    `actions`: for each its `action` (`AddColumn`), its own fields by name, `table` as people write it, and whether
    that is `new`; `effects`: for each relation its name, `lock` (`ACCESS EXCLUSIVE`), `level` (1 to 8, from weakest to
    strongest), `rewrite` and `scan`; `in_transaction`; `lock_timeout` in seconds, null where
    none is set; `by_hand`, which is false; `direction`, `runner`, `postgres`, `service`.
    """
    session = statement.session
    return {
        "text": statement.text,
        "by_hand": False,
        "direction": str(statement.direction),
        "service": statement.service.name,
        "runner": str(statement.service.runner),
        "postgres": statement.service.postgres,
        "in_transaction": statement.in_transaction,
        "lock_timeout": _seconds(session.local_lock_timeout or session.lock_timeout or session.own_lock_timeout),
        "actions": [_action(statement, action) for action in statement.all_actions()],
        "effects": [
            _effect(statement, action, effect)
            for action in statement.all_actions()
            for effect in statement.effects(action)
        ],
    }


def hand_tree(statement: HandStatement, around: str) -> dict[str, Any]:
    """The same of a statement that a client is given; what tables are there, and in which session, is not known.

    `around` is the file that it stands in: where nothing in it says `lock_timeout` or PGOPTIONS, none is set.
    """
    told = "lock_timeout" in around or "PGOPTIONS" in around
    schema = Schema()
    return {
        "text": statement.text,
        "by_hand": True,
        "direction": "",
        "service": "",
        "runner": statement.client.program,
        "postgres": UNKNOWN_VALUE,
        "in_transaction": True if statement.client.single_transaction else UNKNOWN_VALUE,
        "lock_timeout": UNKNOWN_VALUE if told else None,
        "actions": [{"action": type(each).__name__, "new": False, **_own(each)} for each in statement.actions],
        "effects": [
            _shown_effect(effect, new=False)
            for each in statement.actions
            for effect in effects(each, schema, beside=statement.actions)
            if effect.part_of is None
        ],
    }


def touched(actions_: Iterable[a.Action]) -> tuple[str, ...]:
    """Names of all that actions touch, with the schema where it is given and without."""
    names = [name for action in actions_ for name in a.touched(action)]
    return tuple(dict.fromkeys(text for name in names for text in (str(name), name.name)))


def tables(statement: Statement) -> tuple[str, ...]:
    """Names of all that a statement touches, with the schema where it is given and without."""
    return touched(statement.all_actions())


def actions(statement: Statement) -> tuple[str, ...]:
    """What a statement does, by the names of actions."""
    return tuple(type(action).__name__ for action in statement.all_actions())


def _action(statement: Statement, action: a.Action) -> dict[str, Any]:
    names = a.touched(action)
    new = bool(names) and all(statement.is_new(name, action) for name in names)
    return {"action": type(action).__name__, "new": new, **_own(action)}


def _own(action: a.Action) -> dict[str, Any]:
    return {name: _plain(getattr(action, name)) for name in _fields(action) if name != "span"}


def _effect(statement: Statement, action: a.Action, effect: Effect) -> dict[str, Any]:
    return _shown_effect(effect, new=statement.is_new(effect.relation, action))


def _shown_effect(effect: Effect, *, new: bool) -> dict[str, Any]:
    return {
        "relation": str(effect.relation),
        "new": new,
        "lock": str(effect.lock),
        "level": _LOCKS.index(effect.lock) + 1,
        "rewrite": _known(effect.rewrite),
        "scan": _known(effect.scan),
    }


def _known(value: bool | None) -> object:
    return UNKNOWN_VALUE if value is None else value


_LOCKS = tuple(Lock)


def _plain(value: object) -> Any:
    """A field of an action as JSON has it: names as people write them, parts as mappings, places left out."""
    match value:
        case None | bool() | int() | float():
            return value
        case a.Name() | Enum():
            return str(value)
        case str():
            return value
        case tuple() | list() | frozenset():
            return [_plain(each) for each in value]
        case _:
            return {name: _plain(getattr(value, name)) for name in _fields(value) if name not in ("span", "origin")}


def _fields(value: object) -> tuple[str, ...]:
    return tuple(getattr(type(value), "__match_args__", ()))


_MILLISECONDS = 1000


def _seconds(value: str | None) -> float | None:
    """Seconds of a time as PostgreSQL takes it (bare numbers are milliseconds); None for none and for the endless 0."""
    text = (value or "").strip().strip("'")
    if text.isdigit():
        return int(text) / _MILLISECONDS or None
    return seconds(text.replace(" ", "")) or None if text else None
