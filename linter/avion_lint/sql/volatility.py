"""Whether an expression gives a new value for every row, so that a default of it writes a table anew."""

from __future__ import annotations

from avion_lint.schema.model import Schema
from avion_lint.sql.actions import Expression, Name, ObjectKind


def is_volatile(expression: Expression | None, schema: Schema) -> bool | None:
    """Whether it calls a volatile function; None where it calls one of which nothing is known.

    A function of the migrations' own counts as it was made; one in SQL that is volatile by default may be put in line
    by the planner, so it is not known.
    """
    found = [_of_function(name, schema) for name in expression.functions] if expression else []
    if True in found:
        return True
    return None if None in found else False


def _of_function(name: str, schema: Schema) -> bool | None:
    from avion_lint.sql import builtin_functions as known  # noqa: PLC0415 - long tables, for some defaults only

    if name in known.VOLATILE:
        return True
    if name in known.STABLE_OR_IMMUTABLE:
        return False
    made = schema.thing(ObjectKind.FUNCTION, Name(None, name))
    if made is not None:
        return {"volatile": True, "stable": False, "immutable": False}.get(made.volatility)
    if name in known.VOLATILE_OF_EXTENSIONS:
        return True
    return False if name in known.STABLE_OF_EXTENSIONS else None
