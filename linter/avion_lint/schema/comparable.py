"""Which types a foreign key can join, and which hold less than what they refer to.

Source: every pair tried on PostgreSQL 15; what a pair needs is an equality operator of the key's operator family, or an
implicit cast.
"""

from __future__ import annotations

from avion_lint.sql.actions import Type

_SERIALS = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}
_INTEGERS = ("smallint", "integer", "bigint")
_FLOATS = ("real", "double precision")
_STRINGS = ("text", "character varying", "character")
_TIMES = ("date", "timestamp without time zone", "timestamp with time zone")
_ALONE = ("uuid", "boolean", "bytea", "inet", "interval", "jsonb", "time without time zone")
# What the column of each type may refer to.
_REFERS = {
    **{key: {*_INTEGERS, "numeric", *_FLOATS} for key in _INTEGERS},
    "numeric": {"numeric", *_FLOATS},
    **{key: {*_FLOATS} for key in _FLOATS},
    **{key: {*_STRINGS, "name"} for key in _STRINGS},
    "name": {"name", *_STRINGS},
    **{key: {*_TIMES} for key in _TIMES},
    **{name: {name} for name in _ALONE},
}
_ORDERS = (_INTEGERS, _FLOATS, ("smallint", "integer", "bigint", "numeric"))


def may_refer(referring: Type, referred: Type) -> bool | None:
    """Whether the server takes such a foreign key; None where a type is not one of its own that are known here."""
    one, other = stored(referring), stored(referred)
    if referring.array or referred.array or one not in _REFERS or other not in _REFERS:
        return None
    return other in _REFERS[one]


def is_narrower(referring: Type, referred: Type) -> bool:
    """Whether the column cannot hold all values that it may have to refer to; lengths are not compared."""
    one, other = stored(referring), stored(referred)
    return any(one in order and other in order and order.index(one) < order.index(other) for order in _ORDERS)


def stored(type_: Type) -> str:
    """Name of the type that a column has: `serial` is a way to write `integer`."""
    return _SERIALS.get(type_.name, type_.name)
