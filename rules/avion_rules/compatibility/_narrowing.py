"""Which types hold less than others, and what becomes of a value that no longer fits.

A value that a program writes is converted as by an assignment: that refuses what is too long or too large, and rounds
or cuts off the rest without a word (measured on PostgreSQL 12 to 18).
"""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.sql import actions as a

_INTEGERS = ("smallint", "integer", "bigint")
_NUMBERS = (*_INTEGERS, "numeric", "real", "double precision")
_STRINGS = ("text", "character varying", "citext")
_CLOCKS = ("timestamp without time zone", "timestamp with time zone")
_SERIALS = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}
_RANGES = {"smallint": 15, "integer": 31, "bigint": 63}


@record
class Loss:
    """What no longer fits, the SQLSTATE that it gives as a message has it, and which rows have it.

    Without a SQLSTATE nothing is refused: `what` tells then what is done to it.

    `rows` is a condition with `{column}` for the column; "" where none can be given. `note` is a sentence that follows.
    """

    what: str
    state: str
    rows: str = ""
    note: str = ""


def loss(old: a.Type, new: a.Type) -> Loss | None:
    """What a column of the new type refuses or changes that one of the old type took; None for nothing."""
    if old.array or new.array:
        return None
    before, after = _SERIALS.get(old.name, old.name), _SERIALS.get(new.name, new.name)
    if after in ("character varying", "character"):
        return _shorter(before, old.modifiers, new)
    if before in _NUMBERS and after in _NUMBERS:
        return _smaller(a.Type(before, old.modifiers), a.Type(after, new.modifiers))
    if before in _STRINGS:
        return _parsed(after)
    if before in _CLOCKS:
        return _coarser(old, new)
    return None


def _shorter(before: str, old: tuple[int, ...], new: a.Type) -> Loss | None:
    letters = new.modifiers[0] if new.modifiers else (1 if new.name == "character" else 0)
    fits = before == "character varying" and old and old[0] <= letters
    if not letters or before not in (*_STRINGS, "character") or fits:
        return None
    if before == "character" and (old[0] if old else 1) <= letters:
        return None
    return Loss(
        f"more than {letters} character{'s' if letters > 1 else ''}", "22001", f"length({{column}}) > {letters}"
    )


def _smaller(old: a.Type, new: a.Type) -> Loss | None:
    if new.name in _INTEGERS:
        return _whole(old, new)
    if new.name == "numeric":
        return _fewer_digits(old, new) if new.modifiers else None
    if new.name == "real" and old.name in ("double precision", "numeric") and not old.modifiers:
        return Loss("a number beyond 3.4e38", "22003", "abs({column}) > 3.4e38", " More than 6 digits are rounded.")
    if new.name == "real" and old.name in ("bigint", "integer", "numeric") and not _within(old, _REAL):
        return Loss("more than 6 digits are rounded", "")
    if new.name == "double precision" and old.name in ("numeric", "bigint") and not _within(old, _DOUBLE):
        return Loss("more than 15 digits are rounded", "")
    return None


_REAL, _DOUBLE = 6, 15  # decimal digits that every value keeps


def _within(given: a.Type, digits: int) -> bool:
    return given.name == "numeric" and bool(given.modifiers) and given.modifiers[0] <= digits


def _whole(old: a.Type, new: a.Type) -> Loss | None:
    """What becomes of a number in a column of integers."""
    most = (1 << _RANGES[new.name]) - 1
    if old.name in _INTEGERS and _RANGES[old.name] <= _RANGES[new.name]:
        return None
    rounds = old.name not in _INTEGERS
    if old.name == "numeric" and old.modifiers:
        precision, scale = _digits(old)
        rounds = scale > 0
        if 10 ** (precision - scale) <= most:
            return Loss("decimal places are rounded", "", _rounded(0)) if rounds else None
    note = " Decimal places are rounded." if rounds else ""
    return Loss(f"a number beyond {most:,}", "22003", f"{{column}} NOT BETWEEN {-most - 1} AND {most}", note)


_MANY = 1000  # decimal places, where nothing limits them
_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}


def _fewer_digits(old: a.Type, new: a.Type) -> Loss | None:
    precision, scale = _digits(new)
    whole = precision - scale
    had = _DIGITS.get(old.name) if old.name in _INTEGERS else None
    if old.name == "numeric" and old.modifiers:
        before, places = _digits(old)
        had = before - places
        if had <= whole and places > scale:
            return Loss(f"more than {scale} decimal places are rounded", "", _rounded(scale))
    if had is not None and had <= whole:
        return None
    what = f"a number of more than {whole} digit{'s' if whole != 1 else ''} before the point"
    places = _digits(old)[1] if old.modifiers else (0 if old.name in _INTEGERS else _MANY)
    note = f" More than {scale} decimal places are rounded." if places > scale else ""
    return Loss(what, "22003", f"abs({{column}}) >= 1e{whole}", note)


def _digits(given: a.Type) -> tuple[int, int]:
    return given.modifiers[0], given.modifiers[1] if len(given.modifiers) > 1 else 0


def _rounded(scale: int) -> str:
    return f"{{column}} <> round({{column}}, {scale})"


_FORMS = {
    **dict.fromkeys(("uuid", "inet", "cidr", "macaddr", "json", "jsonb", "boolean", *_NUMBERS), "22P02"),
    **dict.fromkeys(("date", "interval", "time without time zone", *_CLOCKS), "22007"),
}


def _parsed(after: str) -> Loss | None:
    typed = f"{_FORMS[after]}, and 42804 for whatever the driver sends as text" if after in _FORMS else ""
    return Loss(f"text that is no {after}", typed) if typed else None


_FINEST = 6


def _coarser(old: a.Type, new: a.Type) -> Loss | None:
    if new.name == "date":
        return Loss("the time of day is cut off", "", "{column} <> {column}::date")
    if new.name not in _CLOCKS:
        return None
    kept, had = (each.modifiers[0] if each.modifiers else _FINEST for each in (new, old))
    return Loss(f"more than {kept} digits of a second are rounded", "") if kept < had else None
