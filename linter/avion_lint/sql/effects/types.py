"""Whether another type of a column means other bytes on disk, so that the table is written anew.

From pg_cast and the support functions of length coercions, and measured on PostgreSQL 12 to 18.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from avion_lint.schema.model import Schema
from avion_lint.sql.actions import Expression, Name, ObjectKind, Type
from avion_lint.sql.effects.locks import either

_CLOCK = ("timestamp without time zone", "timestamp with time zone")
_OIDS = frozenset(
    """
    oid regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure regrole
    regtype integer
    """.split()  # noqa: SIM905 - a list of words is easier to read
)
# Casts that change no byte (castmethod b of pg_cast); the last are of the extension citext.
_SAME_BYTES = {
    ("character varying", "text"), ("text", "character varying"), ("xml", "text"), ("xml", "character varying"),
    ("cidr", "inet"), ("bit", "bit varying"), ("bit varying", "bit"),
    ("citext", "text"), ("citext", "character varying"), ("text", "citext"), ("character varying", "citext"),
}  # fmt: skip
SERIALS = {
    **dict.fromkeys(("serial", "serial4"), "integer"),
    **dict.fromkeys(("bigserial", "serial8"), "bigint"),
    **dict.fromkeys(("smallserial", "serial2"), "smallint"),
}
_USUAL = frozenset(
    (
        "bigint", "boolean", "bytea", "character varying", "date", "integer", "jsonb", "numeric", "smallint", "text",
        "timestamp with time zone", "timestamp without time zone", "uuid",
    )
)  # fmt: skip
"""Types of most columns, which are no domains: the system's schema comes before all others."""
_ONE_WORD = """
    smallint integer bigint numeric real money boolean text character "char" char name bytea date interval uuid
    json jsonb jsonpath xml inet cidr macaddr macaddr8 bit tsvector tsquery point line lseg box path polygon
    circle int4range int8range numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange
    tsmultirange tstzmultirange datemultirange oid xid xid8 cid tid pg_lsn txid_snapshot pg_snapshot refcursor
    citext hstore geometry geography ltree vector cube
"""
_SEVERAL_WORDS = (
    "double precision", "character varying", "bit varying", *_CLOCK, "time with time zone", "time without time zone",
)  # fmt: skip
# The last of one word are of well-known extensions.
_BUILT_IN = frozenset((*_ONE_WORD.split(), *_SEVERAL_WORDS, *SERIALS)) | _OIDS


def is_constrained(given: Type, schema: Schema) -> bool | None:
    """Whether a type is a domain with a constraint, its own or one of the domain under it; None: not known."""
    if given.array or given.name in _USUAL:
        return False
    name = dotted(given)
    made = schema.thing(ObjectKind.DOMAIN, name)
    if made is not None and made.domain is not None:
        if made.domain.not_null or made.domain.constraints:
            return True
        return is_constrained(made.domain.type, schema) if made.domain.type else None
    return False if _is_known(given, schema) else None


def default_of(given: Type, schema: Schema) -> Expression | None:
    """The default that a domain gives to its columns."""
    made = schema.thing(ObjectKind.DOMAIN, dotted(given)) if given.name not in _USUAL else None
    if made is None or made.domain is None:
        return None
    return made.domain.default or (default_of(made.domain.type, schema) if made.domain.type else None)


def changes_bytes(old: Type | None, new: Type, using: Expression | None, schema: Schema) -> bool | None:
    """Whether ALTER COLUMN … TYPE writes the table anew; None where the old type or the TimeZone decides."""
    if using is not None and using.casts is None:
        return True
    if old is None:
        return None
    steps = [old, *(using.casts or () if using else ()), new]
    told = [_step(before, after, schema) for before, after in pairwise(steps)]
    return either(*told)


def _step(old: Type, new: Type, schema: Schema) -> bool | None:
    constrained = old != new and is_constrained(new, schema)
    if constrained:
        return True
    before, after = _base(old, schema), _base(new, schema)
    if before is None or after is None:
        return None
    return either(_differs(before, after, schema), constrained)


def _base(given: Type, schema: Schema) -> Type | None:
    """The type under a domain; of serial the integer that it is."""
    if given.array:
        return given
    made = schema.thing(ObjectKind.DOMAIN, dotted(given))
    if made is not None:
        return _base(made.domain.type, schema) if made.domain and made.domain.type else None
    name = SERIALS.get(given.name, given.name)
    return Type(name, given.modifiers)


def _differs(old: Type, new: Type, schema: Schema) -> bool | None:
    if old == new:
        return False
    if old.array or new.array:
        return True
    if old.name == new.name:
        check = _MODIFIERS.get(old.name)
        return check is None or not check(old.modifiers, new.modifiers)
    if {old.name, new.name} == set(_CLOCK):
        return True if _precision(new.modifiers) < _FINEST else None  # the bytes are the same in UTC
    if (old.name, new.name) in _SAME_BYTES or {old.name, new.name} <= _OIDS:
        return bool(new.modifiers)
    return True if _is_known(old, schema) and _is_known(new, schema) else None


# --- modifiers of one type: whether every old value is one of the new type, unchanged ---------------------------

_FINEST = 6  # digits of seconds that are kept where none are given
Modifiers = tuple[int, ...]


def _widened(old: Modifiers, new: Modifiers) -> bool:
    return not new or (bool(old) and new[0] >= old[0])


def _precision(modifiers: Modifiers) -> int:
    return modifiers[-1] if modifiers else _FINEST


def _finer(old: Modifiers, new: Modifiers) -> bool:
    return _precision(new) >= _precision(old)


def _wider_number(old: Modifiers, new: Modifiers) -> bool:
    if not old or not new:
        return not new
    scales = [modifiers[1] if len(modifiers) > 1 else 0 for modifiers in (old, new)]
    return new[0] >= old[0] and scales[0] == scales[1]


_ALL_FIELDS = 0x7FFF
_LEAST_FIELDS = (12, 11, 10, 3, 1, 2)  # bits of second, minute, hour, day, month, year in PostgreSQL's datetime.h


def _finer_interval(old: Modifiers, new: Modifiers) -> bool:
    return _least(new) <= _least(old) and _digits(new) >= _digits(old)


def _least(modifiers: Modifiers) -> int:
    fields = modifiers[0] if modifiers else _ALL_FIELDS
    return next((place for place, bit in enumerate(_LEAST_FIELDS) if fields & (1 << bit)), 0)


def _digits(modifiers: Modifiers) -> int:
    return modifiers[1] if len(modifiers) > 1 else _FINEST


_MODIFIERS: dict[str, Callable[[Modifiers, Modifiers], bool]] = {
    "character varying": _widened,
    "bit varying": _widened,
    "numeric": _wider_number,
    "timestamp without time zone": _finer,
    "timestamp with time zone": _finer,
    "time without time zone": _finer,
    "time with time zone": _finer,
    "interval": _finer_interval,
}


# --- indexes -----------------------------------------------------------------------------------------------------


def same_order(old: Type | None, new: Type, schema: Schema) -> bool | None:
    """Whether an index on the column can stay: both types sort by the same operator class."""
    if old is None:
        return None
    before, after = _base(old, schema), _base(new, schema)
    if before is None or after is None:
        return None
    return _class(before) == _class(after)


def _class(given: Type) -> str:
    if given.array:
        return "array"
    if given.name in ("text", "character varying"):
        return "text"
    if given.name in ("inet", "cidr"):
        return "inet"
    return "oid" if given.name in _OIDS - {"integer"} else given.name


# --- names ---------------------------------------------------------------------------------------------------------


def dotted(given: Type) -> Name:
    """The name of a type as that of an object."""
    schema, _, name = given.name.rpartition(".")
    return Name(schema or None, name)


def _is_known(given: Type, schema: Schema) -> bool:
    """Whether it is known to be no domain: PostgreSQL's own, a type or the row type of a table."""
    name = dotted(given)
    return given.name in _BUILT_IN or schema.thing(ObjectKind.TYPE, name) is not None or schema.table(name) is not None
