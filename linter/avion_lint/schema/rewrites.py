"""Which changes of columns make the server write a whole table anew, on PostgreSQL 12 to 18.

True and False are certain; None says that it depends on what is not known. Source: the manual's ALTER TABLE page, and
measurements of the file that a table is stored in, before and after.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from avion_lint.schema.model import Column, Schema
from avion_lint.sql.actions import AlterColumnType, ColumnDefinition, Expression, Name, ObjectKind, Type

# Functions of PostgreSQL, pgcrypto and uuid-ossp that give another value in each row.
_VOLATILE = frozenset(
    {
        "clock_timestamp", "currval", "gen_random_bytes", "gen_random_uuid", "gen_salt", "lastval", "nextval", "random",
        "random_normal", "setval", "timeofday", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuidv4",
        "uuidv7",
    }
)  # fmt: skip
_SERIALS = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})
_TEXTS = ("text", "character varying")
_TIMESTAMPS = ("timestamp without time zone", "timestamp with time zone")
_TIMES = (*_TIMESTAMPS, "time without time zone", "time with time zone")
_FINEST = 6  # digits of a second, which is also what no modifier means
# Types whose values are stored each in its own way: from one to another every row is written.
_OTHERS = frozenset(
    {
        "smallint", "integer", "bigint", "real", "double precision", "numeric", "boolean", "uuid", "date", "json",
        "jsonb", "bytea", "character", "interval", "bit", *_TEXTS, *_TIMES,
    }
)  # fmt: skip


def is_volatile(default: Expression | None, schema: Schema) -> bool | None:
    """Whether a default gives each row another value; functions that no migration makes are taken as the server's."""
    found: list[bool | None] = [_is_volatile(name, schema) for name in (default.functions if default else ())]
    return True if True in found else None if None in found else False


def _is_volatile(function: str, schema: Schema) -> bool | None:
    made = schema.thing(ObjectKind.FUNCTION, Name(None, function))
    if made is None:
        return function in _VOLATILE
    return made.volatility == "volatile" if made.volatility else None


def added_column_rewrites(column: ColumnDefinition, schema: Schema) -> bool | None:
    """Whether ADD COLUMN of that column writes the table anew."""
    if column.generated:
        return column.generated == "stored"
    if column.identity or column.type.name in _SERIALS:
        return True
    folder, _, name = column.type.name.rpartition(".")
    thing = schema.thing(ObjectKind.DOMAIN, Name(folder or None, name))
    domain = thing.domain if thing else None
    if domain and (domain.not_null or domain.constraints):
        return True
    return is_volatile(column.default or (domain.default if domain else None), schema)


def type_change_rewrites(old: Column | None, change: AlterColumnType, schema: Schema, *, utc: bool) -> bool | None:
    """Whether ALTER COLUMN … TYPE writes the table anew; `utc` tells that the session's TimeZone is UTC."""
    if change.using and change.using.functions:
        return True
    known = old.type if old else None
    if known is None or _is_domain(known, schema) or _is_domain(change.type, schema):
        return None
    found = _between(_plain(known), change.type, schema, utc=utc)
    return None if found is False and change.using and change.using.columns != (change.column,) else found


def _is_domain(type_: Type, schema: Schema) -> bool:
    folder, _, name = type_.name.rpartition(".")
    return schema.thing(ObjectKind.DOMAIN, Name(folder or None, name)) is not None


_STORED = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}


def _plain(type_: Type) -> Type:
    return Type(_STORED.get(type_.name, type_.name), type_.modifiers, type_.array)


def _fits(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    """Whether every text of the old length, () for any, has the new one."""
    return not new or (bool(old) and new[0] >= old[0])


def _numeric_fits(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    if not new:
        return True
    return bool(old) and new[0] >= old[0] and (*new, 0)[1] == (*old, 0)[1]


def _precision_fits(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    finer = (*new, _FINEST)[0]
    return finer >= _FINEST or (bool(old) and finer >= old[0])


_WITHIN: dict[tuple[str, str], Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    **dict.fromkeys(product(_TEXTS, _TEXTS), _fits),
    ("bit varying", "bit varying"): _fits,
    ("numeric", "numeric"): _numeric_fits,
    **{(name, name): _precision_fits for name in _TIMES},
    ("cidr", "inet"): lambda _old, _new: True,
}


def _between(old: Type, new: Type, schema: Schema, *, utc: bool) -> bool | None:
    """Whether values change their bytes from one type to another, neither of them a domain."""
    if old == new:
        return False
    if old.array or new.array:
        return None if old.array and new.array else True
    fits = _WITHIN.get((old.name, new.name))
    if fits:
        return not fits(old.modifiers, new.modifiers)
    if old.name in _TIMESTAMPS and new.name in _TIMESTAMPS:
        cut = (*new.modifiers, _FINEST)[0] < _FINEST  # cut again, even to the digits that it has
        return True if cut else (False if utc else None)
    known = (_is_stored_apart(old, schema), _is_stored_apart(new, schema))
    return True if all(known) and (old.name, new.name) != ("interval", "interval") else None


def _is_stored_apart(type_: Type, schema: Schema) -> bool:
    """Whether it is one of the server's types, or an enum that a migration makes."""
    folder, _, name = type_.name.rpartition(".")
    made = schema.thing(ObjectKind.TYPE, Name(folder or None, name))
    return type_.name in _OTHERS or (made is not None and made.values is not None)
